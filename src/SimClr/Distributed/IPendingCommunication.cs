namespace SimClr.Distributed;

/// <summary>A communication in progress in the background.</summary>
public interface IPendingCommunication
{
    /// <summary>Returns once the communication is complete.</summary>
    /// <exception cref="CommunicationException">Communication with the other ranks failed.</exception>
    void Wait();
}
