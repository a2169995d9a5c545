using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Features minus their mean, as one tensor. Centering makes the weights nearly independent of the intercepts, and
/// keeps single precision from losing digits to a large mean. Small tables are stored in double precision.
/// </summary>
internal sealed class CenteredFeatures : IDisposable
{
    private const long DoubleUpToBytes = 64L << 20;

    // Small enough to keep the results for a block small; large enough to split the products of a block across threads.
    private const int BlockBytes = 16 << 20;
    private const int DoubleBlockRows = 2048;

    private Tensor? doubles;

    /// <param name="data">The rows.</param>
    /// <param name="type">float64 or float32; null to choose by size.</param>
    public CenteredFeatures(LogisticData data, ScalarType? type = null)
    {
        (Count, Dimension) = (data.Count, data.Dimension);
        bool small = (long)Count * Dimension * sizeof(double) <= DoubleUpToBytes;
        Type = type ?? (small ? ScalarType.Float64 : ScalarType.Float32);
        int bytes = Dimension * (Type == ScalarType.Float64 ? sizeof(double) : sizeof(float));
        BlockRows = Math.Clamp(BlockBytes / bytes, Math.Min(256, Count), Count);

        using var scope = NewDisposeScope();
        Tensor sum = zeros(Dimension, float64, CPU);
        foreach ((_, Tensor block) in FeatureBlocks.Read(data))
        {
            sum.add_(block.sum([0], type: float64), RootedScalars.One);
        }

        // Rounded, so that subtracting it has no error but the rounding of the difference.
        Tensor mean = sum.div_(RootedScalars.From(Count)).to_type(float32);
        Mean = mean.to_type(float64).DetachFromDisposeScope();
        Values = empty([Count, Dimension], Type, CPU).DetachFromDisposeScope();
        foreach ((int start, Tensor block) in FeatureBlocks.Read(data))
        {
            Values.narrow(0, start, block.shape[0])
                .copy_(Type == ScalarType.Float64 ? block.to_type(float64).sub_(Mean) : block.sub_(mean));
        }
    }

    public int Count { get; }

    public int Dimension { get; }

    /// <summary>float64 or float32.</summary>
    public ScalarType Type { get; }

    /// <summary>The number of rows per block.</summary>
    public int BlockRows { get; }

    /// <summary>The subtracted mean: [dimension], double.</summary>
    public Tensor Mean { get; }

    /// <summary>The centered rows: [rows, dimension].</summary>
    public Tensor Values { get; }

    /// <summary>Enumerates the rows block by block; each block is valid until the next.</summary>
    public IEnumerable<(int Start, Tensor Rows)> Blocks()
    {
        for (int start = 0; start < Count; start += BlockRows)
        {
            using var scope = NewDisposeScope();
            yield return (start, Values.narrow(0, start, Math.Min(BlockRows, Count - start)));
        }
    }

    /// <summary>
    /// Enumerates the rows in double precision, in small blocks that share memory; each is valid until the next.
    /// </summary>
    public IEnumerable<(int Start, Tensor Rows)> DoubleBlocks()
    {
        doubles ??= empty([Math.Min(DoubleBlockRows, Count), Dimension], float64, CPU).DetachFromDisposeScope();
        for (int start = 0; start < Count; start += DoubleBlockRows)
        {
            using var scope = NewDisposeScope();
            int rows = Math.Min(DoubleBlockRows, Count - start);
            yield return (start, doubles.narrow(0, 0, rows).copy_(Values.narrow(0, start, rows)));
        }
    }

    public void Dispose()
    {
        doubles?.Dispose();
        Mean.Dispose();
        Values.Dispose();
    }
}
