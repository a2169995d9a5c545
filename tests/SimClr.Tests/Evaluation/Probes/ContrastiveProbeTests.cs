using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Tests.Evaluation;

public sealed class ContrastiveProbeTests
{
    [Theory]
    [InlineData(12, 12, 0.5, true)]
    [InlineData(12, 4, 0.1, true)]
    [InlineData(11, 4, 0.1, true)]
    [InlineData(13, 5, 2, false)]
    public void Accuracy_and_entropy_are_those_of_plain_loops(int images, int candidates, double temperature, bool unit)
    {
        double[][] a = Tables.Normal(images, 3, seed: 1);
        double[][] b = [.. a.Zip(
            Tables.Normal(images, 3, seed: 2), (x, noise) => x.Zip(noise, (p, q) => (double)(float)(p + q)).ToArray())];
        int[] order = new RandomStream(4, Purpose.Split, 2).Permutation(images);
        (int right, double entropy) = (0, 0);
        for (int i = 0; i < images; i++)
        {
            // The group of the anchor: the images from the last multiple of N on, and around the end.
            int start = i / candidates * candidates;
            int[] others = [.. Enumerable.Range(start, candidates).Select(j => order[j % images])];
            double[] anchor = a[order[i]];
            double[] similarity = [.. others.Select(j => unit ? Tables.Cosine(anchor, b[j]) : Dot(anchor, b[j]))];
            double own = similarity[Array.IndexOf(others, order[i])];
            right += similarity.Count(value => value >= own) == 1 ? 1 : 0;
            double[] weights = [.. similarity.Select(value => Math.Exp(value / temperature))];
            entropy -= weights.Sum(value => value / weights.Sum() * Math.Log(value / weights.Sum()));
        }

        ContrastiveResult result = Measure(a, b, candidates, temperature, unit);

        Assert.Equal((double)right / images, result.Accuracy, 1e-12);
        Assert.Equal(entropy / images, result.Entropy, 1e-6);
        Assert.Equal((candidates, images), (result.Candidates, result.Images));
        Assert.InRange(result.Accuracy, result.Interval.Low, result.Interval.High);
    }

    [Fact]
    public void The_same_views_are_found_with_certainty_and_equal_ones_cannot_be_told_apart()
    {
        double[][] rows = Tables.Normal(20, 8, seed: 3);
        ContrastiveResult certain = Measure(rows, rows, 20, 0.001, true);
        Assert.Equal(1, certain.Accuracy);
        Assert.Equal(0, certain.Entropy, 1e-6);

        double[][] equal = [.. Enumerable.Repeat(new[] { 1.0, 2, 3 }, 20)];
        ContrastiveResult lost = Measure(equal, equal, 10, 0.1, true);
        Assert.Equal(0, lost.Accuracy);
        Assert.Equal(Math.Log(10), lost.Entropy, 1e-9);
    }

    [Fact]
    public void By_default_all_images_are_candidates_and_more_are_refused()
    {
        double[][] rows = Tables.Normal(6, 4, seed: 5);
        EmbeddingTable table = Tables.Create(rows);
        Assert.Equal(6, ContrastiveProbe.Measure(table, table, new ContrastiveOptions(), default).Candidates);
        DataException error = Assert.Throws<DataException>(
            () => ContrastiveProbe.Measure(table, table, new ContrastiveOptions { Candidates = 7 }, default));
        Assert.Contains("got 6 images, expected at least 7", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveOptions { Candidates = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveOptions { Temperature = 0 });
    }

    [Fact]
    public void No_tensor_outlives_the_measurement()
    {
        double[][] rows = Tables.Normal(300, 4, seed: 6);
        EmbeddingTable table = Tables.Create(rows);
        using var tensors = new TensorCount();
        _ = ContrastiveProbe.Measure(table, table, new ContrastiveOptions { Candidates = 280 }, default);
        Assert.Equal(0, tensors.Growth);
    }

    private static ContrastiveResult Measure(
        double[][] first, double[][] second, int candidates, double temperature, bool unit)
        => ContrastiveProbe.Measure(
            Tables.Create(first),
            Tables.Create(second),
            new ContrastiveOptions { Candidates = candidates, Temperature = temperature, Normalize = unit, Seed = 4 },
            default);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
