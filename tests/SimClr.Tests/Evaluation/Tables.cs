using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Tests.Evaluation;

/// <summary>Made-up embeddings: classes are Gaussian clouds around random centers.</summary>
internal static class Tables
{
    public static EmbeddingTable Clouds(int rows, int dimension, int classes, double spread, long seed, double scale = 1)
    {
        var centers = new RandomStream(7, Purpose.Sample);
        double[] center = [.. Enumerable.Range(0, classes * dimension).Select(_ => centers.NextNormal())];
        var noise = new RandomStream(seed, Purpose.Sample, 1);
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row % classes)];
        float[] values = [.. Enumerable.Range(0, rows * dimension)
            .Select(i => (float)(scale * (center[(labels[i / dimension] * dimension) + (i % dimension)] + (spread * noise.NextNormal()))))];
        return new EmbeddingTable(
            values, dimension, [.. Enumerable.Range(0, rows).Select(row => $"{row}.png")], labels,
            [.. Enumerable.Range(0, classes).Select(c => $"class {c}")]);
    }
}
