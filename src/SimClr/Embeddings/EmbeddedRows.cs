using System.Runtime.InteropServices;
using SimClr.Distributed;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>The embeddings of a part of a set.</summary>
/// <param name="Indices">The indices of the readable images, in order.</param>
/// <param name="Sizes">The width and height of each readable image as decoded, in pixels.</param>
/// <param name="Values">The rows, concatenated.</param>
/// <param name="Dimension">The number of values per row; 0 if there are no rows.</param>
internal sealed record EmbeddedRows(
    IReadOnlyList<int> Indices, IReadOnlyList<(int Width, int Height)> Sizes, float[] Values, int Dimension)
{
    /// <summary>Gathers the rows of all ranks, in rank order. The result is the same on every rank.</summary>
    public EmbeddedRows GatherAll(ICommunicator ranks)
    {
        int[][] kept = Gather(ranks, [.. Indices]);
        int[][] sizes = Gather(ranks, [.. Sizes.SelectMany(size => new[] { size.Width, size.Height })]);
        int dimension = Gather(ranks, [Dimension]).Max(of => of[0]);
        float[] values = new float[kept.Sum(rows => rows.Length) * dimension];
        int begin = 0;
        for (int rank = 0; rank < ranks.Size; rank++)
        {
            // One rank at a time, so that only one part is in memory besides the whole.
            int count = kept[rank].Length * dimension;
            if (count > 0)
            {
                using Tensor part = rank == ranks.Rank ? tensor(Values, device: CPU) : empty(count, float32, CPU);
                ranks.Broadcast(part, rank);
                part.data<float>().ToArray().CopyTo(values, begin);
                begin += count;
            }
        }

        return new EmbeddedRows(
            [.. kept.SelectMany(rows => rows)],
            [.. sizes.SelectMany(pairs => pairs.Chunk(2)).Select(pair => (pair[0], pair[1]))],
            values,
            dimension);
    }

    private static int[][] Gather(ICommunicator ranks, int[] local)
        => [.. ranks.Gather(MemoryMarshal.AsBytes<int>(local).ToArray())
            .Select(bytes => MemoryMarshal.Cast<byte, int>(bytes).ToArray())];
}
