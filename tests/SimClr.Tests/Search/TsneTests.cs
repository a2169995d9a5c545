using System.Text.Json;
using SimClr.Embeddings;
using SimClr.Maps;
using SimClr.Search;
using SimClr.Tests.Evaluation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Search;

public sealed class TsneTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("tsne.json");

    private static UnitRows GoldenRows => UnitRows.FromTable(
        Tables.Create([.. Golden.GetProperty("points").EnumerateArray().Select(row => row.Numbers())]), 4, "test");

    private static TsneAffinities GoldenAffinities
        => TsneAffinities.Compute(GoldenRows, Golden.GetProperty("perplexity").GetDouble(), default);

    [Fact]
    public void Probabilities_are_those_of_a_plain_implementation()
    {
        double[] expected = Golden.GetProperty("p").Numbers();
        IReadOnlyList<(int To, double P)[]> rows = GoldenAffinities.Rows;
        double[] own = new double[expected.Length];
        foreach ((int row, (int To, double P)[] edges) in rows.Index())
        {
            Assert.Equal(edges.Select(edge => edge.To).Order(), edges.Select(edge => edge.To));
            foreach ((int to, double p) in edges)
            {
                own[(row * rows.Count) + to] = p;
            }
        }

        Assert.Equal(1, own.Sum(), 1e-12);
        Assert.All(expected.Zip(own), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void The_gradient_is_that_of_a_plain_implementation_and_of_finite_differences()
    {
        double[] start = Golden.GetProperty("start").Numbers();
        TsneAffinities affinities = GoldenAffinities;
        double[] gradient = Gradient(affinities, start, theta: 0);
        Assert.All(
            Golden.GetProperty("gradient").Numbers().Zip(gradient),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6));

        Assert.Equal(Golden.GetProperty("cost").GetDouble(), Cost(affinities, start), 1e-5);
        for (int i = 0; i < start.Length; i++)
        {
            const double h = 1e-5;
            double[] more = [.. start];
            double[] less = [.. start];
            more[i] += h;
            less[i] -= h;
            Assert.Equal((Cost(affinities, more) - Cost(affinities, less)) / (2 * h), gradient[i], 1e-7);
        }
    }

    [Fact]
    public void The_descent_is_that_of_a_plain_implementation()
    {
        // From the golden probabilities: the descent amplifies the rounding of the embeddings to single precision.
        var affinities = new TsneAffinities([.. Golden.GetProperty("p").EnumerateArray().Select(
            row => row.Numbers().Index().Where(p => p.Item > 0).ToArray())]);
        double[] places = Golden.GetProperty("start").Numbers();
        var options = new TsneOptions { Iterations = Golden.GetProperty("steps").GetInt32(), Theta = 0 };
        new TsneDescent(affinities, places, options).Run(null, default);
        Assert.All(
            Golden.GetProperty("places").Numbers().Zip(places), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(5)]
    [InlineData(29)]
    public void Probabilities_have_the_requested_perplexity(double perplexity)
    {
        double[] squares = [.. Enumerable.Range(1, 30).Select(i => 0.7 + (0.01 * i * i))];
        double[] p = TsneAffinities.Conditional(squares, perplexity);
        Assert.Equal(1, p.Sum(), 1e-12);
        Assert.Equal(perplexity, Math.Exp(-p.Where(q => q > 0).Sum(q => q * Math.Log(q))), 1e-6);
        Assert.Equal(p.OrderDescending(), p);
    }

    [Fact]
    public void Equally_distant_neighbors_are_equally_probable()
        => Assert.All(TsneAffinities.Conditional([0.5, 0.5, 0.5, 0.5], 2), p => Assert.Equal(0.25, p, 1e-12));

    [Theory]
    [InlineData(0, 1e-12)]
    [InlineData(0.5, 0.05)]
    public void Barnes_and_Hut_sum_what_a_loop_over_all_points_does(double theta, double tolerance)
    {
        // Points of which some coincide.
        double[][] rows = Tables.Normal(300, 2, seed: 8);
        double[] places = [.. rows.Concat(rows.Take(20)).SelectMany(row => row)];
        var tree = new PlaneTree(places);
        (double error, double size, double all) = (0, 0, 0);
        for (int i = 0; i < places.Length / 2; i++)
        {
            (double x, double y, double sum) = (0, 0, 0);
            for (int j = 0; j < places.Length / 2; j++)
            {
                (double dx, double dy) = (
                    places[2 * i] - places[2 * j], places[(2 * i) + 1] - places[(2 * j) + 1]);
                double w = i == j ? 0 : 1 / (1 + (dx * dx) + (dy * dy));
                (x, y, sum) = (x + (w * w * dx), y + (w * w * dy), sum + w);
            }

            (double ownX, double ownY, double weight) = tree.Repulsion(i, theta);
            Assert.Equal(1, weight / sum, tolerance);
            error += Math.Pow(ownX - x, 2) + Math.Pow(ownY - y, 2);
            size += (x * x) + (y * y);
            all += weight;
        }

        Assert.True(Math.Sqrt(error / size) < tolerance, $"{Math.Sqrt(error / size)}");
        Assert.True(all > 0);
    }

    [Fact]
    public void Clouds_stay_together_and_apart()
    {
        EmbeddingTable table = Tables.Clouds(160, 16, 4, 0.3, seed: 2);
        ImageMap map = Tsne.Project(table, new TsneOptions { Iterations = 400, Perplexity = 12 });
        Assert.True(Trustworthiness.Measure(table, map) > 0.9, $"{Trustworthiness.Measure(table, map)}");

        // Every point is nearer to the middle of its own cloud than to any other middle.
        (double X, double Y)[] middles = [.. Enumerable.Range(0, 4).Select(c => (
            Enumerable.Range(0, 160).Where(i => i % 4 == c).Average(i => map[i].X),
            Enumerable.Range(0, 160).Where(i => i % 4 == c).Average(i => map[i].Y)))];
        Assert.All(Enumerable.Range(0, 160), i => Assert.Equal(i % 4, Array.IndexOf(
            middles, middles.MinBy(middle => Math.Pow(middle.X - map[i].X, 2) + Math.Pow(middle.Y - map[i].Y, 2)))));
    }

    [Fact]
    public void Exact_and_approximate_maps_are_equally_trustworthy()
    {
        EmbeddingTable table = Tables.Clouds(150, 12, 5, 0.6, seed: 3);
        double[] trust = [.. new[] { 0, 0.5 }.Select(theta => Trustworthiness.Measure(
            table, Tsne.Project(table, new TsneOptions { Iterations = 350, Perplexity = 10, Theta = theta })))];
        Assert.Equal(trust[0], trust[1], 0.02);
    }

    [Fact]
    public void A_seed_fixes_the_map_for_any_number_of_threads()
    {
        EmbeddingTable table = Tables.Clouds(80, 8, 3, 0.4, seed: 4);
        var options = new TsneOptions { Iterations = 120, Perplexity = 8 };
        IReadOnlyList<float> expected = Tsne.Project(table, options).Coordinates;
        int threads = TorchSharp.torch.get_num_threads();
        try
        {
            foreach (int count in new[] { 1, 3 })
            {
                TorchSharp.torch.set_num_threads(count);
                Assert.Equal(expected, Tsne.Project(table, options).Coordinates);
            }
        }
        finally
        {
            TorchSharp.torch.set_num_threads(threads);
        }

        Assert.NotEqual(expected, Tsne.Project(table, options with { Seed = 1 }).Coordinates);
    }

    [Fact]
    public void Few_and_coincident_rows_have_a_map_and_bad_options_are_refused()
    {
        EmbeddingTable few = Tables.Create([[1, 0], [1, 0], [0, 1], [1, 1]]);
        Assert.All(
            Tsne.Project(few, new TsneOptions { Iterations = 300 }).Coordinates, x => Assert.True(float.IsFinite(x)));
        Assert.Throws<DataException>(() => Tsne.Project(few.Subset([0, 2, 3])));
        Assert.Throws<DataException>(() => Tsne.Project(few.Subset([0, 0, 1, 1])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TsneOptions { Perplexity = 0.5 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TsneOptions { Theta = 0.8 });
        Assert.Throws<OperationCanceledException>(
            () => Tsne.Project(few, cancellation: new CancellationToken(canceled: true)));
    }

    private static double[] Gradient(TsneAffinities affinities, double[] places, double theta)
        => new TsneDescent(affinities, places, new TsneOptions { Theta = theta }).ComputeGradient(1);

    /// <summary>KL(P‖Q) by loops.</summary>
    private static double Cost(TsneAffinities affinities, double[] places)
    {
        double all = 0;
        for (int i = 0; i < places.Length / 2; i++)
        {
            for (int j = 0; j < places.Length / 2; j++)
            {
                all += i == j ? 0 : Weight(i, j);
            }
        }

        return affinities.Rows.Index().Sum(
            row => row.Item.Sum(edge => edge.P * Math.Log(edge.P * all / Weight(row.Index, edge.To))));

        double Weight(int i, int j) => 1 / (1 + Math.Pow(places[2 * i] - places[2 * j], 2)
            + Math.Pow(places[(2 * i) + 1] - places[(2 * j) + 1], 2));
    }
}
