using System.Text.Json;
using CsCheck;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Evaluation;

public sealed class KnnClassifierTests
{
    public static TheoryData<int, double> Cases
        => [.. GoldenFile.Read("knn.json").GetProperty("results").EnumerateArray()
            .Select(c => (c.GetProperty("k").GetInt32(), c.GetProperty("temperature").GetDouble()))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Predictions_and_accuracy_equal_the_reference(int k, double temperature)
    {
        JsonElement golden = GoldenFile.Read("knn.json");
        JsonElement expected = golden.GetProperty("results").EnumerateArray()
            .Single(c => c.GetProperty("k").GetInt32() == k && c.GetProperty("temperature").GetDouble() == temperature);
        KnnResult result = KnnClassifier.Evaluate(Golden(golden, "train"), Golden(golden, "query"), k, temperature);
        Assert.Equal(expected.GetProperty("predictions").Numbers(), result.Predictions.Select(p => (double)p));
        Assert.Equal(expected.GetProperty("top1").GetDouble(), result.Top1, 1e-12);
        Assert.Equal((k, 120, 40, 5), (result.K, result.TrainImages, result.TestImages, result.Classes));
        Assert.Equal(1, result.Top5);
    }

    [Fact]
    public void It_equals_a_slow_loop_in_double_precision()
    {
        Gen.Select(
            Gen.Int[1, 60], Gen.Int[1, 300], Gen.Int[2, 9], Gen.Int[1, 12], Gen.Double[0.05, 2], Gen.Int[0, 10_000])
            .Sample((train, test, dimension, classes, temperature, seed) =>
            {
                var stream = new RandomStream(seed, Purpose.Split);
                int k = 1 + stream.NextInt(train);
                double[][] bank = Tables.Normal(train, dimension, seed);
                double[][] queries = Tables.Normal(test, dimension, seed + 1);
                int[] trainLabels = Labels(train, classes, ref stream);
                int[] testLabels = Labels(test, classes, ref stream);
                string[] names = [.. Enumerable.Range(0, classes).Select(c => $"class {c}")];
                KnnResult result = KnnClassifier.Evaluate(
                    Tables.Create(bank, trainLabels, names), Tables.Create(queries, testLabels, names), k, temperature);

                double[][] votes = [.. queries.Select(q => Votes(bank, trainLabels, q, k, classes, temperature))];
                for (int i = 0; i < test; i++)
                {
                    // In float32, two classes with nearly equal votes may swap places.
                    Assert.True(votes[i][result.Predictions[i]] >= votes[i].Max() * (1 - 1e-4), $"query {i}");
                }

                if (votes.All(Clear))
                {
                    Assert.Equal(Share(votes, testLabels, 1), result.Top1, 1e-12);
                    Assert.Equal(Share(votes, testLabels, 5), result.Top5, 1e-12);
                }
            }, iter: 200);
    }

    [Fact]
    public void Lengths_of_the_embeddings_do_not_matter()
    {
        double[][] bank = Tables.Normal(50, 4, 1);
        double[][] queries = Tables.Normal(30, 4, 2);
        int[] labels = [.. Enumerable.Range(0, 50).Select(i => i % 5)];
        KnnResult Evaluate(double scale) => KnnClassifier.Evaluate(
            Tables.Create(
                [.. bank.Select((row, i) => row.Select(v => v * (i % 2 == 0 ? scale : 1)).ToArray())], labels),
            Tables.Create(queries, labels[..30]), k: 7);
        Assert.Equal(Evaluate(1).Predictions, Evaluate(1024).Predictions);
    }

    [Fact]
    public void Among_classes_with_equal_votes_the_lowest_is_predicted()
    {
        // Both neighbors are equally near, in every order of the bank.
        foreach (int[] labels in new int[][] { [2, 1], [1, 2] })
        {
            KnnResult result = KnnClassifier.Evaluate(
                Tables.Create([[1, 1], [1, -1]], labels), Tables.Create([[1, 0]], [2]), k: 2);
            Assert.Equal((1, 0, 1), (result.Predictions.Single(), result.Top1, result.Top5));
        }
    }

    [Fact]
    public void With_more_than_five_classes_one_without_votes_is_never_in_the_top_five()
    {
        double[][] bank = [.. Enumerable.Range(0, 6).Select(i => new[] { Math.Cos(i), Math.Sin(i) })];
        double[][] queries = [.. Enumerable.Range(0, 6).Select(_ => new[] { 1.0, 0 })];
        int[] each = [0, 1, 2, 3, 4, 5];
        Assert.Equal(
            1 / 6.0, KnnClassifier.Evaluate(Tables.Create(bank, each), Tables.Create(queries, each), k: 1).Top5, 1e-12);
        Assert.Equal(
            5 / 6.0, KnnClassifier.Evaluate(Tables.Create(bank, each), Tables.Create(queries, each), k: 5).Top5, 1e-12);
        Assert.Equal(
            5 / 6.0, KnnClassifier.Evaluate(Tables.Create(bank, each), Tables.Create(queries, each), k: 6).Top5, 1e-12);
    }

    [Fact]
    public void Among_equally_near_neighbors_at_the_edge_of_k_the_first_of_the_bank_votes()
    {
        // Forty copies of one image: the first one votes.
        double[][] bank = [[0, 1], .. Enumerable.Repeat<double[]>([1, 0], 40)];
        int[] labels = [0, 3, .. Enumerable.Repeat(1, 39)];
        foreach (int k in new[] { 1, 2 })
        {
            KnnResult result = KnnClassifier.Evaluate(Tables.Create(bank, labels), Tables.Create([[1, 0]], [3]), k);
            Assert.Equal(k == 1 ? 3 : 1, result.Predictions[0]);
        }
    }

    [Fact]
    public void Embeddings_of_zeros_and_the_lowest_temperature_give_an_answer()
    {
        KnnResult zeros = KnnClassifier.Evaluate(
            Tables.Create([[0, 0], [0, 0]], [1, 1]), Tables.Create([[0, 0]], [1]), 2);
        Assert.Equal([1], zeros.Predictions);
        KnnResult cold = KnnClassifier.Evaluate(
            Tables.Create([[1, 0.2], [0, 1]], [1, 0]), Tables.Create([[1, 0]], [1]), 2, temperature: 0.001);
        Assert.Equal([1], cold.Predictions);
    }

    [Fact]
    public void A_temperature_so_low_that_all_votes_vanish_still_follows_the_nearest()
    {
        // exp((s − 1) / τ) of a distant neighbor is 0 in float32, and in float64.
        KnnResult result = KnnClassifier.Evaluate(
            Tables.Create([[1, -3], [1, 1]], [0, 1]), Tables.Create([[1, 0]], [1]), 2, temperature: 1e-4);
        Assert.Equal([1], result.Predictions);
    }

    [Fact]
    public void A_class_without_training_image_counts_and_is_never_right()
    {
        string[] names = ["a", "b", "c"];
        KnnResult result = KnnClassifier.Evaluate(
            Tables.Create([[1, 0], [0, 1]], [0, 1], names), Tables.Create([[1, 0], [1, 0]], [0, 2], names), 1);
        Assert.Equal((3, 0.5), (result.Classes, result.Top1));
    }

    [Fact]
    public void A_k_above_the_number_of_images_is_refused_with_both()
    {
        EmbeddingTable table = Tables.Create([[1, 0], [0, 1]], [0, 1]);
        var error = Assert.Throws<DataException>(() => KnnClassifier.Evaluate(table, table, 3));
        Assert.Contains("k is 3, but there are only 2 training images", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(-1, 0.1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    public void A_k_or_temperature_that_is_not_above_0_is_refused(int k, double temperature)
    {
        EmbeddingTable table = Tables.Create([[1, 0]], [0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnClassifier.Evaluate(table, table, k, temperature));
    }

    [Fact]
    public void Missing_labels_are_refused_on_either_side()
    {
        EmbeddingTable labeled = Tables.Create([[1, 0]], [0]);
        EmbeddingTable bare = Tables.Create([[1, 0]]);
        Assert.Contains(
            "no labels",
            Assert.Throws<DataException>(() => KnnClassifier.Evaluate(bare, labeled, 1)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no labels",
            Assert.Throws<DataException>(() => KnnClassifier.Evaluate(labeled, bare, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_without_a_common_class_are_refused_and_the_classes_are_named()
    {
        EmbeddingTable train = Tables.Create([[1, 0]], [0], ["cat", "dog"]);
        EmbeddingTable test = Tables.Create([[1, 0]], [1], ["cat", "frog"]);
        var error = Assert.Throws<DataException>(() => KnnClassifier.Evaluate(train, test, 1));
        Assert.Contains("dog, frog", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_of_many_different_classes_are_named_and_the_rest_elided()
    {
        EmbeddingTable train = Tables.Create([[1, 0]], [0], [.. "abcde".Select(c => $"{c}")]);
        EmbeddingTable test = Tables.Create([[1, 0]], [0], ["z"]);
        Assert.Contains(
            "a, b, c, d, e, …)",
            Assert.Throws<DataException>(() => KnnClassifier.Evaluate(train, test, 1)).Message,
            StringComparison.Ordinal);
        EmbeddingTable fewer = Tables.Create([[1, 0]], [0], [.. "abcd".Select(c => $"{c}")]);
        Assert.Contains(
            "a, b, c, d, z)",
            Assert.Throws<DataException>(() => KnnClassifier.Evaluate(fewer, test, 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_matched_by_name()
    {
        EmbeddingTable train = Tables.Create([[1, 0], [0, 1], [-1, 0]], [0, 1, 2], ["cat", "dog", "k\u00e4se"]);
        EmbeddingTable test = Tables.Create(
            [[0, 1], [1, 0], [-1, 0], [1, 0]], [1, 3, 0, 2], ["ka\u0308se", "dog", "frog", "cat"]);

        KnnResult result = KnnClassifier.Evaluate(train, test, 1);

        Assert.Equal((4, 0.75), (result.Classes, result.Top1));
        Assert.Equal([1, 0, 2, 0], result.Predictions);
        Assert.Equal(["cat", "dog", "k\u00e4se", "frog"], result.Outcome.ClassNames);
    }

    [Fact]
    public void Numbered_classes_may_have_different_maxima()
    {
        EmbeddingTable two = Tables.Create([[1, 0], [0, 1]], [0, 1], ["0", "1"]);
        EmbeddingTable three = Tables.Create([[1, 0], [0, 1], [1, 1]], [0, 1, 2], ["0", "1", "2"]);
        KnnResult more = KnnClassifier.Evaluate(two, three, 1);
        Assert.Equal((3, 2 / 3.0), (more.Classes, more.Top1));
        Assert.Equal(
            (3, 1.0), (KnnClassifier.Evaluate(three, two, 1).Classes, KnnClassifier.Evaluate(three, two, 1).Top1));
        EmbeddingTable named = Tables.Create([[1, 0]], [1], ["0", "cat"]);
        Assert.Throws<DataException>(() => KnnClassifier.Evaluate(three, named, 1));
    }

    [Fact]
    public void Different_dimensions_are_refused_with_both()
    {
        var error = Assert.Throws<DataException>(
            () => KnnClassifier.Evaluate(Tables.Create([[1, 0]], [0]), Tables.Create([[1, 0, 0]], [0]), 1));
        Assert.Contains("have 2 dimensions and the test embeddings 3", error.Message, StringComparison.Ordinal);
    }

    private static EmbeddingTable Golden(JsonElement golden, string part) => Tables.Create(
        [.. golden.GetProperty($"{part}_x").EnumerateArray().Select(row => row.Numbers())],
        [.. golden.GetProperty($"{part}_y").Numbers().Select(y => (int)y)]);

    private static int[] Labels(int count, int classes, ref RandomStream stream)
    {
        int[] labels = new int[count];
        foreach (ref int label in labels.AsSpan())
        {
            label = stream.NextInt(classes);
        }

        return labels;
    }

    private static double[] Votes(double[][] bank, int[] labels, double[] query, int k, int classes, double temperature)
    {
        double[] votes = new double[classes];
        var nearest = bank.Select((row, i) => (Similarity: Tables.Cosine(row, query), Label: labels[i]))
            .OrderByDescending(n => n.Similarity).Take(k);
        foreach ((double similarity, int label) in nearest)
        {
            votes[label] += Math.Exp((similarity - 1) / temperature);
        }

        return votes;
    }

    private static bool Clear(double[] votes)
    {
        double[] order = [.. votes.Where(v => v > 0).Order()];
        return order.Zip(order.Skip(1)).All(pair => pair.Second > pair.First * 1.0001);
    }

    private static double Share(double[][] votes, int[] labels, int k) => Enumerable.Range(0, labels.Length).Average(i
        => votes[i].Length <= k || votes[i].Index().Where(v => v.Item > 0).OrderByDescending(v => v.Item).Take(k).Any(
            v => v.Index == labels[i]) ? 1.0 : 0);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_encoder_with_NaN_output_is_reported_instead_of_evaluated(float number)
    {
        EmbeddingTable good = new([1, 0, 0, 1], 2, ["a", "b"], [0, 1]);
        EmbeddingTable bad = new([1, 0, number, 1], 2, ["a", "b"], [0, 1]);
        foreach ((EmbeddingTable train, EmbeddingTable test) in new[] { (good, bad), (bad, good) })
        {
            Assert.Contains(
                "the embedding of b holds",
                Assert.Throws<DataException>(() => KnnClassifier.Evaluate(train, test, k: 1)).Message,
                StringComparison.Ordinal);
            Assert.Contains(
                "the embedding of b holds",
                Assert.Throws<DataException>(() => LinearEvaluation.OnEmbeddings(train, test)).Message,
                StringComparison.Ordinal);
        }
    }
}
