using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>A reader of feature rows as tensors, block by block, into one reused buffer.</summary>
internal static class FeatureBlocks
{
    private const int BlockRows = 1024;

    /// <summary>
    /// Enumerates blocks of float32, [≤ 1024, dimension]. Each may be overwritten, and is valid until the next.
    /// </summary>
    public static IEnumerable<(int Start, Tensor Rows)> Read(LogisticData data)
    {
        int blockRows = Math.Min(BlockRows, data.Count);
        using Tensor buffer = empty([blockRows, data.Dimension], float32, CPU).DetachFromDisposeScope();
        for (int start = 0; start < data.Count; start += blockRows)
        {
            using var scope = NewDisposeScope();
            Tensor rows = buffer.narrow(0, 0, Math.Min(blockRows, data.Count - start));
            data.CopyTo(start, MemoryMarshal.Cast<byte, float>(rows.bytes));
            yield return (start, rows);
        }
    }
}
