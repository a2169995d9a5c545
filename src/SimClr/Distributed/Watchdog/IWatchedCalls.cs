namespace SimClr.Distributed;

/// <summary>Calls to the other ranks that may not come to an end. Any thread may ask.</summary>
internal interface IWatchedCalls
{
    /// <summary>Calls entered so far.</summary>
    long Calls { get; }

    /// <summary>For how long the present call has gone on, and its name; null outside of calls.</summary>
    (TimeSpan Since, string Name)? Current { get; }
}
