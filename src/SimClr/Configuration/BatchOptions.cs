using System.Globalization;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>The options of the batch: section <c>batch</c> of the configuration.</summary>
public sealed record BatchOptions
{
    /// <summary>The number of images per step (N), at least 2; each gives two views. Default: 4,096.</summary>
    public int Size { get; init => field = Require.Between(value, 2, 1 << 20); } = 4096;

    /// <summary>
    /// The number of images whose activations are in memory at once, on each rank. The step still takes the gradient of
    /// the whole batch; batch norm uses the statistics of one micro-batch's views. Null for the whole batch, 0 (in a
    /// file: <c>auto</c>) for the largest micro-batch that fits into <see cref="Memory"/>. If the batch is not a
    /// multiple of the micro-batch, it is split into smaller parts of nearly equal size. Default: null.
    /// </summary>
    [Auto]
    public int? Micro { get; init => field = value is null or 0 ? value : Require.Between(value.Value, 2, 1 << 20); }

    /// <summary>
    /// The memory limit of the process if <see cref="Micro"/> is 0, such as <c>8GB</c> or <c>512MB</c> (1 GB is 1024³
    /// bytes); null for the free memory of the machine. For tensors on a GPU, the memory of the GPU is the limit
    /// instead. Default: null.
    /// </summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public string? Memory { get; init => field = value is null ? null : ByteSize.Validate(value); }

    /// <summary>
    /// The scope of batch norm if several ranks share the batch: <c>global</c> normalizes by the views of all ranks
    /// (paper, Section 2.2), <c>rank</c> by those of each rank alone, with running statistics averaged over the ranks.
    /// Default: <c>global</c>.
    /// </summary>
    public BatchNormScope Norm { get; init => field = Require.Defined(value); } = BatchNormScope.Global;

    /// <summary>Whether the micro-batch is chosen automatically.</summary>
    internal bool MicroIsAuto => Micro == 0;

    /// <exception cref="ArgumentException">Two values contradict each other.</exception>
    internal void Validate()
    {
        if (Micro > Size)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"batch.micro is {Micro} and batch.size is {Size}; a micro-batch is a part of the batch. "
                    + $"Lower it, or leave it out"));
        }

        if (Memory is not null && !MicroIsAuto)
        {
            throw new ArgumentException(
                $"batch.memory is {Memory}, but batch.micro is fixed; use batch.micro=auto, or leave batch.memory out");
        }
    }
}
