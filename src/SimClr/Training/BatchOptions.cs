using SimClr.Internals;

namespace SimClr.Training;

/// <summary>The batch: section <c>batch</c> of the configuration.</summary>
public sealed record BatchOptions
{
    /// <summary>Images per step (N; each gives two views). At least 2. Default 4096.</summary>
    public int Size { get; init => field = Require.Between(value, 2, 1 << 20); } = 4096;
}
