namespace SimClr.Distributed;

/// <summary>Calls to other ranks that may never return. Members are safe to use from any thread.</summary>
internal interface IWatchedCalls
{
    /// <summary>The number of calls entered so far.</summary>
    long Calls { get; }

    /// <summary>The name of the current call and the time since it began; null outside a call.</summary>
    (TimeSpan Since, string Name)? Current { get; }
}
