using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Features less their mean, as one tensor. Less their mean, because then the weights hardly depend on the intercepts, and
/// because single precision loses nothing to a large mean. Double precision where that takes little memory.
/// </summary>
internal sealed class CenteredFeatures : IDisposable
{
    private const long DoubleUpToBytes = 64L << 20;

    // The rows of a block stay in the processor's cache between the two products that need them.
    private const int BlockBytes = 4 << 20;

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
        Mean = zeros(Dimension, float64).DetachFromDisposeScope();
        foreach ((_, Tensor block) in Read(data))
        {
            Mean.add_(block.sum([0], type: float64).div(Count));
        }

        Values = empty([Count, Dimension], Type).DetachFromDisposeScope();
        foreach ((int start, Tensor block) in Read(data))
        {
            Values.narrow(0, start, block.shape[0]).copy_(block.to_type(float64).sub(Mean));
        }
    }

    public int Count { get; }

    public int Dimension { get; }

    /// <summary>float64 or float32.</summary>
    public ScalarType Type { get; }

    /// <summary>Rows that are worked on at a time.</summary>
    public int BlockRows { get; }

    /// <summary>What was taken off: [dimension], double.</summary>
    public Tensor Mean { get; }

    /// <summary>[rows, dimension].</summary>
    public Tensor Values { get; }

    /// <summary>The rows block by block; each block lives until the next.</summary>
    public IEnumerable<(int Start, Tensor Rows)> Blocks()
    {
        for (int start = 0; start < Count; start += BlockRows)
        {
            using var scope = NewDisposeScope();
            yield return (start, Values.narrow(0, start, Math.Min(BlockRows, Count - start)));
        }
    }

    public void Dispose()
    {
        Mean.Dispose();
        Values.Dispose();
    }

    /// <summary>Rows as they are, block by block as tensors: float32 [≤ BlockRows, dimension].</summary>
    public static IEnumerable<(int Start, Tensor Rows)> Read(LogisticData data, int blockRows)
    {
        for (int start = 0; start < data.Count; start += blockRows)
        {
            float[] buffer = new float[Math.Min(blockRows, data.Count - start) * data.Dimension];
            data.CopyTo(start, buffer);
            using var scope = NewDisposeScope();
            yield return (start, tensor(buffer, [buffer.Length / data.Dimension, data.Dimension]));
        }
    }

    private IEnumerable<(int Start, Tensor Rows)> Read(LogisticData data) => Read(data, BlockRows);
}
