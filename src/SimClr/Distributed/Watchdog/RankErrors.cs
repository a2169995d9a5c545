namespace SimClr.Distributed;

/// <summary>
/// Errors that all ranks of a run throw at the same place: they can end together and in order. Any other leaves the
/// others waiting for this rank, and the run must be ended by <see cref="ICommunicator.Abort"/>.
/// </summary>
public static class RankErrors
{
    private const string Key = "SimClr.OfAllRanks";

    /// <summary>Says of an error that all ranks throw one here.</summary>
    public static T MarkCollective<T>(this T error)
        where T : Exception
    {
        error.Data[Key] = true;
        return error;
    }

    /// <summary>Whether all ranks have thrown with this one.</summary>
    public static bool IsCollective(Exception? error)
        => error is not null && (error is PeerException || error.Data.Contains(Key) || IsCollective(error.InnerException));
}
