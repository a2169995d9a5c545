namespace SimClr.Distributed;

/// <summary>Communication under way in the background.</summary>
public interface IPendingCommunication
{
    /// <summary>Returns when it is done.</summary>
    /// <exception cref="CommunicationException">The ranks could not be reached.</exception>
    void Wait();
}
