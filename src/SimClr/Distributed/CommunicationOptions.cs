using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Internals;

namespace SimClr.Distributed;

/// <summary>Options of the communication between the processes of a run.</summary>
public sealed record CommunicationOptions
{
    /// <summary>The environment variable that turns NCCL on for CUDA tensors if its value is 1.</summary>
    internal const string NcclVariable = "SIMCLR_NCCL";

    /// <summary>
    /// The time, in seconds, that a rank waits for one answer before it reports which ranks were silent and ends the
    /// run. Positive, and longer than any work that one rank does while the others wait, such as writing a checkpoint.
    /// Default: 300.
    /// </summary>
    public double Timeout { get; init => field = Require.Positive(value); } = 300;

    /// <summary>
    /// Whether CUDA tensors travel by NCCL rather than through host memory and MPI. Experimental. Default: true if the
    /// environment variable SIMCLR_NCCL is 1, otherwise false.
    /// </summary>
    public bool Nccl { get; init; } = Environment.GetEnvironmentVariable(NcclVariable) == "1";

    /// <summary>The log for warnings about silent ranks and for the error that ends the run. Default: none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
