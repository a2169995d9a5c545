using System.Globalization;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Tests.Evaluation;

/// <summary>Synthetic embeddings.</summary>
internal static class Tables
{
    public static EmbeddingTable Create(double[][] rows, int[]? labels = null, string[]? classNames = null) => new(
        [.. rows.SelectMany(row => row).Select(v => (float)v)],
        rows[0].Length,
        [.. Enumerable.Range(0, rows.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))],
        labels,
        classNames);

    public static double[][] Normal(int rows, int dimension, int seed)
    {
        var stream = new RandomStream(seed, Purpose.Sample);
        double[][] values = new double[rows][];
        for (int row = 0; row < rows; row++)
        {
            values[row] = new double[dimension];
            foreach (ref double value in values[row].AsSpan())
            {
                value = (float)stream.NextNormal();
            }
        }

        return values;
    }

    public static double Cosine(double[] a, double[] b)
    {
        double Dot(double[] x, double[] y) => x.Zip(y, (p, q) => p * q).Sum();
        double lengths = Math.Sqrt(Dot(a, a) * Dot(b, b));
        return lengths == 0 ? 0 : Dot(a, b) / lengths;
    }

    /// <summary>Classes are Gaussian clouds around random centers.</summary>
    public static EmbeddingTable Clouds(
        int rows, int dimension, int classes, double spread, long seed, double scale = 1)
    {
        var centers = new RandomStream(7, Purpose.Sample);
        double[] center = [.. Enumerable.Range(0, classes * dimension).Select(_ => centers.NextNormal())];
        var noise = new RandomStream(seed, Purpose.Sample, 1);
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row % classes)];
        float[] values = [.. Enumerable.Range(0, rows * dimension)
            .Select(i => (float)(scale
                * (center[(labels[i / dimension] * dimension) + (i % dimension)] + (spread * noise.NextNormal()))))];
        return new EmbeddingTable(
            values, dimension, [.. Enumerable.Range(0, rows).Select(row => $"{row}.png")], labels,
            [.. Enumerable.Range(0, classes).Select(c => $"class {c}")]);
    }
}
