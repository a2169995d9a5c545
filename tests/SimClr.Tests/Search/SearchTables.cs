using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Search;

/// <summary>Embeddings to cluster, compare, and draw.</summary>
internal static class SearchTables
{
    public static EmbeddingTable Create(int dimension, params float[] values)
        => new(values, dimension, [.. Enumerable.Range(0, values.Length / dimension).Select(row => $"{row}.png")]);

    /// <summary>Rows at angles in the plane, in degrees: the cosine of two rows is that of their difference.</summary>
    public static EmbeddingTable Angles(params double[] degrees) => Create(
        2, [.. degrees.SelectMany(
            angle => new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) })]);

    /// <summary>Random rows, some of them slightly changed copies of others.</summary>
    public static EmbeddingTable WithCopies(int rows, int dimension, double change, long seed)
    {
        var stream = new RandomStream(seed, Purpose.Sample);
        float[] values = new float[rows * dimension];
        for (int row = 0; row < rows; row++)
        {
            int source = row > 0 && stream.Chance(0.4) ? stream.NextInt(row) : -1;
            for (int i = 0; i < dimension; i++)
            {
                double value = source < 0
                    ? stream.NextNormal()
                    : values[(source * dimension) + i] + (change * stream.NextNormal());
                values[(row * dimension) + i] = (float)value;
            }
        }

        return Create(dimension, values);
    }

    public static EmbeddingTable Golden()
        => Create(6, [.. GoldenFile.Read("groups.json").GetProperty("rows").Numbers().Select(value => (float)value)]);

    public static int[] GoldenInts(string name)
        => [.. GoldenFile.Read("groups.json").GetProperty(name).Numbers().Select(value => (int)value)];

    public static double Cosine(EmbeddingTable table, int one, int other)
    {
        (double dot, double a, double b) = (0, 0, 0);
        for (int i = 0; i < table.Dimension; i++)
        {
            (double x, double y) = (table[one][i], table[other][i]);
            (dot, a, b) = (dot + (x * y), a + (x * x), b + (y * y));
        }

        return dot / Math.Sqrt(a * b);
    }
}
