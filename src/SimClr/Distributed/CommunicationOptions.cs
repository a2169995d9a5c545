using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>How patient the processes of a run are with each other.</summary>
public sealed record CommunicationOptions
{
    /// <summary>The environment variable that makes CUDA tensors travel by NCCL, where it is 1.</summary>
    internal const string NcclVariable = "SIMCLR_NCCL";

    /// <summary>
    /// A rank that waits so many seconds for one answer says which ranks were not heard from, and ends the run. It must be
    /// longer than what any rank does while the others wait, such as writing a checkpoint.
    /// </summary>
    public double Timeout { get; init => field = Require.Positive(value); } = 300;

    /// <summary>
    /// Whether CUDA tensors travel by NCCL; else they go through the processor's memory and MPI. Experimental. Where it is not
    /// set, the environment variable SIMCLR_NCCL decides: 1 for yes.
    /// </summary>
    public bool Nccl { get; init; } = Environment.GetEnvironmentVariable(NcclVariable) == "1";

    /// <summary>Takes the last words of a run whose ranks do not hear each other.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
