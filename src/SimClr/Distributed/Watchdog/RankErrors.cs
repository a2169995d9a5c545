namespace SimClr.Distributed;

/// <summary>
/// A mark on errors that all ranks throw at the same point, so that the ranks can end together in an orderly way. Any
/// other error leaves the others waiting for this rank, and the run must be ended with
/// <see cref="ICommunicator.Abort"/>.
/// </summary>
public static class RankErrors
{
    private const string Key = "SimClr.Collective";

    /// <summary>Marks an error as thrown by all ranks at this point.</summary>
    public static T MarkCollective<T>(this T error)
        where T : Exception
    {
        error.Data[Key] = true;
        return error;
    }

    /// <summary>Returns whether all ranks throw at the same point as this error.</summary>
    public static bool IsCollective(Exception? error)
        => error is not null
            && (error is PeerException || error.Data.Contains(Key) || IsCollective(error.InnerException));
}
