using SimClr.Clusters;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;
using SimClr.Tests.Evaluation;

namespace SimClr.Tests.Search;

public sealed class SphericalKMeansTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void From_the_same_start_a_slow_search_gives_the_same_result(int k)
    {
        EmbeddingTable table = Tables.Clouds(400, 6, 4, 0.8, seed: 2);
        var rows = UnitRows.FromTable(table, 2, "test");
        float[] seeds = new KMeansSeeding(rows).Draw(k, new RandomStream(1, Purpose.Cluster));
        double[][] centers = [.. seeds.Chunk(6).Select(center => center.Select(value => (double)value).ToArray())];

        using var products = new InnerProducts(rows.Values, 6);
        Clustering found = new LloydSteps(rows, products, seeds).Run(100, CancellationToken.None);

        int[] expected = Slow(rows, centers);
        Assert.Equal(expected, found.Assignments);
        Assert.Equal(
            Enumerable.Range(0, 400).Average(row => Dot(rows[row], centers[expected[row]])), found.MeanCosine, 1e-5);
    }

    [Fact]
    public void Clouds_are_found_and_the_largest_is_the_first()
    {
        EmbeddingTable table = SearchTables.Angles(0, 1, 2, 100, 101, 102, 103, 200, 201);

        Clustering found = SphericalKMeans.Fit(table, 3);

        Assert.Equal([1, 1, 1, 0, 0, 0, 0, 2, 2], found.Assignments);
        Assert.Equal([4, 3, 2], found.Sizes());
        Assert.Equal(Math.Cos(101.5 * Math.PI / 180), found.Centers[0], 1e-5);
        Assert.True(found.MeanCosine > 0.999);
    }

    [Fact]
    public void A_seed_fixes_the_clusters()
    {
        EmbeddingTable table = Tables.Clouds(300, 8, 6, 1.5, seed: 1);
        KMeansOptions options = new() { Seed = 5, Restarts = 2 };

        Assert.Equal(
            SphericalKMeans.Fit(table, 6, options).Assignments, SphericalKMeans.Fit(table, 6, options).Assignments);
    }

    [Fact]
    public void More_restarts_are_never_worse()
    {
        EmbeddingTable table = Tables.Clouds(300, 4, 12, 0.5, seed: 4);
        double one = SphericalKMeans.Fit(table, 12, new() { Restarts = 1 }).MeanCosine;
        double many = SphericalKMeans.Fit(table, 12, new() { Restarts = 8 }).MeanCosine;

        Assert.True(many >= one, $"{many} after eight, {one} after one");
    }

    [Fact]
    public void As_many_clusters_as_rows_hold_one_each()
        => Assert.Equal([1, 1, 1], SphericalKMeans.Fit(SearchTables.Angles(0, 90, 180), 3).Sizes());

    [Fact]
    public void More_clusters_than_different_rows_are_refused()
    {
        Assert.Contains(
            "got k = 4, but there are only 3 images",
            Assert.Throws<DataException>(() => SphericalKMeans.Fit(SearchTables.Angles(0, 90, 180), 4)).Message);
        Assert.Contains(
            "only 2 of the 4 embeddings differ; use a k of at most 2",
            Assert.Throws<DataException>(() => SphericalKMeans.Fit(SearchTables.Angles(0, 90, 90, 0), 3)).Message);
    }

    [Fact]
    public void Seeding_takes_far_rows_and_never_the_same_twice()
    {
        var rows = UnitRows.FromTable(SearchTables.Angles(0, 0, 0, 0, 120, 120, 240), 2, "test");
        for (int seed = 0; seed < 20; seed++)
        {
            int[] drawn = new KMeansSeeding(rows).DrawRows(3, new RandomStream(seed, Purpose.Cluster));
            Assert.Equal([0, 1, 2], drawn.Select(row => row < 4 ? 0 : row < 6 ? 1 : 2).Order());
        }
    }

    [Fact]
    public void Seeding_gives_smaller_distances_than_plain_draws()
    {
        var rows = UnitRows.FromTable(Tables.Clouds(600, 8, 30, 0.6, seed: 3), 2, "test");
        const int Seeds = 20;
        double plain = Enumerable.Range(0, Seeds)
            .Average(seed => Left(rows, PlainDraws(rows, 30, new RandomStream(seed, Purpose.Sample))));
        double greedy = Enumerable.Range(0, Seeds)
            .Average(seed => Left(rows, new KMeansSeeding(rows).DrawRows(30, new RandomStream(seed, Purpose.Cluster))));

        Assert.InRange(greedy / plain, 0.5, 0.95);
    }

    /// <summary>k-means++ as first described: one draw for each center.</summary>
    private static int[] PlainDraws(UnitRows rows, int k, RandomStream stream)
    {
        var drawn = new List<int> { stream.NextInt(rows.Count) };
        while (drawn.Count < k)
        {
            double[] distances = Distances(rows, drawn);
            double left = stream.NextDouble() * distances.Sum();
            drawn.Add(Enumerable.Range(0, rows.Count).First(row => (left -= distances[row]) < 0));
        }

        return [.. drawn];
    }

    private static double Left(UnitRows rows, int[] centers) => Distances(rows, centers).Sum();

    private static double[] Distances(UnitRows rows, IReadOnlyList<int> centers)
        => [.. Enumerable.Range(0, rows.Count)
            .Select(row => centers.Min(center => Math.Max(0, 1 - (double)rows.Cosine(row, center))))];

    private static int[] Slow(UnitRows rows, double[][] centers)
    {
        int[] assignments = [];
        while (true)
        {
            int[] next = [.. Enumerable.Range(0, rows.Count)
                .Select(row => Enumerable.Range(0, centers.Length).MaxBy(c => Dot(rows[row], centers[c])))];
            if (next.SequenceEqual(assignments))
            {
                return next;
            }

            assignments = next;
            for (int c = 0; c < centers.Length; c++)
            {
                int[] own = [.. Enumerable.Range(0, rows.Count).Where(row => next[row] == c)];
                double[] sum = [.. Enumerable.Range(0, rows.Dimension)
                    .Select(i => own.Sum(row => (double)rows[row][i]))];
                double length = Math.Sqrt(sum.Sum(value => value * value));
                centers[c] = [.. sum.Select(value => value / length)];
            }
        }
    }

    private static double Dot(ReadOnlySpan<float> row, double[] center)
    {
        double sum = 0;
        for (int i = 0; i < center.Length; i++)
        {
            sum += row[i] * center[i];
        }

        return sum;
    }
}
