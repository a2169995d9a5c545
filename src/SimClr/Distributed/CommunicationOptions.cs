using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>How patient the processes of a run are with each other.</summary>
public sealed record CommunicationOptions
{
    /// <summary>
    /// A rank that waits so many seconds for one answer says which ranks were not heard from, and ends the run. It must be
    /// longer than what any rank does while the others wait, such as writing a checkpoint.
    /// </summary>
    public double Timeout { get; init => field = Require.Positive(value); } = 300;

    /// <summary>Takes the last words of a run whose ranks do not hear each other.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
