using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>The batch: section <c>batch</c> of the configuration.</summary>
public sealed record BatchOptions
{
    /// <summary>Images per step (N; each gives two views). At least 2. Default 4096.</summary>
    public int Size { get; init => field = Require.Between(value, 2, 1 << 20); } = 4096;

    /// <summary>
    /// Images whose activations are held at once, on each rank: the step still takes the gradient of the whole batch, and
    /// batch norm normalizes by the views of one micro-batch. Null (default) for the whole batch, 0 (in a file: <c>auto</c>) for the most that fit into
    /// <see cref="Memory"/>. A batch that it does not divide is cut into parts of nearly equal size below it.
    /// </summary>
    [Auto]
    public int? Micro { get; init => field = value is null or 0 ? value : Require.Between(value.Value, 2, 1 << 20); }

    /// <summary>
    /// What the process may take where <see cref="Micro"/> is 0, such as <c>8GB</c> or <c>512MB</c> (1 GB is 1024³
    /// bytes); null (default) for what the machine has free. Where tensors live on a GPU, its own memory decides.
    /// </summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public string? Memory { get; init => field = value is null ? null : ByteSize.Validate(value); }

    /// <summary>
    /// Whose views batch norm normalizes by where several ranks share the batch: <c>global</c> (default), those of all ranks
    /// (paper, Section 2.2), or <c>rank</c>, those of each rank by itself, with running statistics of the mean over the ranks.
    /// </summary>
    public BatchNormScope Norm { get; init => field = Require.Defined(value); } = BatchNormScope.Global;

    /// <summary>Whether the micro-batch is to be found out.</summary>
    internal bool MicroIsAuto => Micro == 0;

    /// <exception cref="ArgumentException">Two values contradict each other.</exception>
    internal void Validate()
    {
        if (Micro > Size)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"batch.micro is {Micro} and batch.size is {Size}; a micro-batch is a part of the batch. Lower it, or leave it out"));
        }

        if (Memory is not null && !MicroIsAuto)
        {
            throw new ArgumentException(
                $"batch.memory is {Memory}, but batch.micro is fixed; use batch.micro=auto, or leave batch.memory out");
        }
    }
}
