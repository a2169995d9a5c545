using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Search;

/// <summary>
/// Receives the products of one row with all others of a block. Called from several threads, once per row.
/// </summary>
/// <param name="row">The number of the row.</param>
/// <param name="products">The products, one for each of the other rows.</param>
internal delegate void ProductsOfRow(int row, ReadOnlySpan<float> products);

/// <summary>
/// Inner products of a table's rows with others, block by block; the whole matrix is never in memory.
/// </summary>
internal sealed unsafe class InnerProducts : IDisposable
{
    // Products of one block; they should stay in the processor's cache until they are used.
    private const int BlockProducts = 1 << 20;
    private const int MaxRows = 4096;

    private readonly Tensor rows;    // [rows, dimension]
    private readonly Tensor block;   // flat

    /// <param name="values">rows · dimension numbers.</param>
    /// <param name="dimension">The dimension of a row.</param>
    public InnerProducts(float[] values, int dimension)
    {
        rows = tensor(values, [values.Length / dimension, dimension], device: CPU).DetachFromDisposeScope();
        block = empty(BlockProducts, float32, CPU).DetachFromDisposeScope();
    }

    /// <summary>Multiplies rows with others.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="others">others · dimension numbers, of at most as many rows as a block holds products.</param>
    /// <param name="take">Receives the products of each row.</param>
    /// <param name="cancellation">Cancellation token, checked between blocks.</param>
    public void Each(int first, int count, float[] others, ProductsOfRow take, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long dimension = rows.shape[1];
        int columns = (int)(others.Length / dimension);
        Tensor turned = tensor(others, [columns, dimension], device: CPU).t();
        int blockRows = Math.Clamp(BlockProducts / columns, 1, MaxRows);
        for (int start = first; start < first + count; start += blockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int size = Math.Min(blockRows, first + count - start);
            using Tensor some = rows.narrow(0, start, size);
            using Tensor products = block.narrow(0, 0, (long)size * columns).view(size, columns);
            using (products.addmm_(some, turned, beta: 0, alpha: 1))
            {
                HandOut(start, size, columns, take);
            }
        }
    }

    public void Dispose()
    {
        rows.Dispose();
        block.Dispose();
    }

    private void HandOut(int start, int size, int columns, ProductsOfRow take)
    {
        nint at = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(block.bytes));
        Parallel.For(0, size, i => take(start + i, new ReadOnlySpan<float>((float*)at + ((long)i * columns), columns)));
    }
}
