using System.Numerics.Tensors;
using SimClr.Embeddings;

namespace SimClr.Classification;

/// <summary>
/// A measure of how unlike the training images an image is: the cosine distance of its embedding to that of the k-th
/// nearest training image (Sun et al. 2022, arXiv 2204.06507). An image is unknown if its distance exceeds the 99th
/// percentile of the distances of the training images, each to the others. Thread-safe.
/// </summary>
public sealed class NoveltyReference
{
    /// <summary>The maximum number of training images that are kept, evenly from all classes.</summary>
    public const int MaxRows = 2000;

    /// <summary>The percentile of the training images' own distances that is the threshold, 0 … 1.</summary>
    public const double Percentile = 0.99;

    private const int MaxNeighbors = 5;

    private readonly float[] rows;

    internal NoveltyReference(float[] rows, int dimension, int neighbors, double threshold)
        => (this.rows, Dimension, Neighbors, Threshold) = (rows, dimension, neighbors, threshold);

    /// <summary>The number of training images.</summary>
    public int Count => rows.Length / Dimension;

    /// <summary>The number of values per embedding.</summary>
    public int Dimension { get; }

    /// <summary>
    /// k: one less than the number of images in the smallest class, between 1 and 5.
    /// </summary>
    public int Neighbors { get; }

    /// <summary>The distance above which an image is unknown, 0 … 2.</summary>
    public double Threshold { get; }

    /// <summary>The unit vectors of the training images, one after another.</summary>
    public ReadOnlyMemory<float> Rows => rows;

    /// <summary>Creates a reference from the embeddings of training images.</summary>
    /// <param name="table">The embeddings. Rows of zeros, which have no direction, are left out.</param>
    /// <param name="labels">The class of each row.</param>
    /// <returns>Null if fewer than two rows are left.</returns>
    internal static NoveltyReference? Create(EmbeddingTable table, IReadOnlyList<int> labels)
    {
        int[] usable = [.. Enumerable.Range(0, table.Count).Where(row => table[row].IndexOfAnyExcept(0f) >= 0)];
        int[] kept = Select(usable, labels);
        if (kept.Length < 2)
        {
            return null;
        }

        int neighbors = Math.Clamp(kept.CountBy(row => labels[row]).Min(size => size.Value) - 1, 1, MaxNeighbors);
        var reference = new NoveltyReference(
            table.Subset(kept).Normalized().Values, table.Dimension, neighbors, threshold: 0);
        double[] distances = new double[kept.Length];
        Parallel.For(0, kept.Length, row => distances[row] = reference.Distance(reference.RowAt(row), without: row));
        Array.Sort(distances);
        double threshold = distances[(int)Math.Ceiling(Percentile * distances.Length) - 1];
        return new NoveltyReference(reference.rows, table.Dimension, neighbors, threshold);
    }

    /// <summary>Computes the cosine distance of an embedding to the k-th nearest training image, 0 … 2.</summary>
    /// <param name="embedding">A vector of any length other than zero.</param>
    public double Distance(ReadOnlySpan<float> embedding)
    {
        float[] unit = new float[Dimension];
        EmbeddingTable.Normalize(embedding, unit);
        return Distance(unit, without: -1);
    }

    private ReadOnlySpan<float> RowAt(int row) => rows.AsSpan(row * Dimension, Dimension);

    private double Distance(ReadOnlySpan<float> unit, int without)
    {
        // The highest cosines so far, in descending order.
        Span<float> highest = stackalloc float[Neighbors];
        highest.Fill(float.NegativeInfinity);
        for (int row = 0; row < Count; row++)
        {
            float cosine = row == without ? float.NegativeInfinity : TensorPrimitives.Dot(unit, RowAt(row));
            for (int place = 0; place < highest.Length && cosine > float.NegativeInfinity; place++)
            {
                if (cosine > highest[place])
                {
                    (highest[place], cosine) = (cosine, highest[place]);
                }
            }
        }

        int last = highest.LastIndexOfAnyExcept(float.NegativeInfinity);
        return Math.Clamp(1 - (double)highest[last], 0, 2);
    }

    // As many of each class as the limit allows, evenly spaced in the order of the rows.
    private static int[] Select(int[] usable, IReadOnlyList<int> labels)
    {
        if (usable.Length <= MaxRows)
        {
            return usable;
        }

        int[][] classes =
            [.. usable.GroupBy(row => labels[row]).OrderBy(rows => rows.Key).Select(rows => rows.ToArray())];
        int share = Math.Max(1, MaxRows / classes.Length);
        return [.. classes.SelectMany(rows => Spread(rows, share)).Take(MaxRows).Order()];
    }

    private static IEnumerable<int> Spread(int[] rows, int count)
        => rows.Length <= count ? rows
            : Enumerable.Range(0, count).Select(i => rows[(int)((long)i * rows.Length / count)]);
}
