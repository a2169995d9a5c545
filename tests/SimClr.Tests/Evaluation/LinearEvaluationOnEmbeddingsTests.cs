using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Evaluation;

public sealed class LinearEvaluationOnEmbeddingsTests
{
    [Theory]
    [InlineData(1e-3)]
    [InlineData(1)]
    [InlineData(1e4)]
    public void Separable_classes_are_separated_whatever_the_scale_of_the_features(double scale)
    {
        EmbeddingTable train = Tables.Clouds(400, 16, 4, 0.3, seed: 1, scale);
        EmbeddingTable test = Tables.Clouds(200, 16, 4, 0.3, seed: 2, scale);
        LinearResult result = LinearEvaluation.OnEmbeddings(train, test);
        Assert.True(result.Top1 > 0.99, $"{result.Top1}");
        Assert.Equal((400, 200, 4, 1.0), (result.TrainImages, result.TestImages, result.Classes, result.Top5));
    }

    [Fact]
    public void Overlapping_classes_reach_the_best_possible_accuracy()
    {
        // Two clouds in one dimension at ±1 with deviation 1: no rule is right more often than Φ(1) = 0.841.
        EmbeddingTable train = Line(4000, seed: 1);
        EmbeddingTable test = Line(20000, seed: 2);
        Assert.InRange(LinearEvaluation.OnEmbeddings(train, test).Top1, 0.832, 0.85);
    }

    [Fact]
    public void Handwritten_digits_are_classified_as_well_as_by_logistic_regression()
    {
        // scikit-learn's logistic regression on the same split, with the same weak regularization; 300 test images.
        var golden = GoldenFile.Read("logistic_regression.json");
        double theirs = golden.GetProperty("fits").EnumerateArray().MinBy(f => f.GetProperty("l2").GetDouble())
            .GetProperty("test_accuracy").GetDouble();
        double found = LinearEvaluation.OnEmbeddings(Digits("train"), Digits("test")).Top1;
        Assert.True(found > theirs - 0.015, $"{found} against {theirs}");

        EmbeddingTable Digits(string part)
        {
            double[] x = golden.GetProperty($"{part}_x").Numbers();
            int[] y = [.. golden.GetProperty($"{part}_y").Numbers().Select(label => (int)label)];
            return new EmbeddingTable([.. x.Select(v => (float)(v / 16))], 64, [.. y.Select((_, row) => $"{row}")], y);
        }
    }

    [Fact]
    public void A_few_rows_and_constant_dimensions_are_supported()
    {
        EmbeddingTable train = Constant(Tables.Clouds(8, 6, 4, 0.1, seed: 1));
        EmbeddingTable test = Constant(Tables.Clouds(100, 6, 4, 0.1, seed: 2));
        Assert.True(LinearEvaluation.OnEmbeddings(train, test).Top1 > 0.95);
    }

    [Fact]
    public void Few_rows_get_more_epochs_except_where_the_epochs_are_chosen()
    {
        EmbeddingTable table = Tables.Clouds(20, 8, 2, 1, seed: 1);
        Assert.Equal(1001, LinearEvaluation.OnEmbeddings(table, table).Epochs);
        Assert.Equal(1001, LinearEvaluation.OnEmbeddings(table, table, new LinearOptions { WeightDecay = 0.1 }).Epochs);
        Assert.Equal(
            3, LinearEvaluation.OnEmbeddings(table, table, new LinearOptions { Epochs = 3 } with { Seed = 1 }).Epochs);
    }

    [Theory]
    [InlineData(0, 500, 501)]     // two steps per epoch, 1,002 in all
    [InlineData(512, 512, 1001)]  // one step, however many are left out
    public void Few_steps_per_epoch_are_compensated_by_more_epochs(int asked, int batch, int epochs)
    {
        EmbeddingTable table = Tables.Clouds(1000, 2, 2, 1, seed: 1);
        LinearResult result = LinearEvaluation.OnEmbeddings(table, table, new LinearOptions { BatchSize = asked });
        Assert.Equal((batch, epochs), (result.BatchSize, result.Epochs));
    }

    [Fact]
    public void The_result_depends_only_on_tables_and_options()
    {
        EmbeddingTable train = Tables.Clouds(300, 8, 5, 2, seed: 1);
        EmbeddingTable test = Tables.Clouds(300, 8, 5, 2, seed: 2);
        LinearResult first = LinearEvaluation.OnEmbeddings(train, test);
        LinearResult second = LinearEvaluation.OnEmbeddings(train, test);
        Assert.Equal(first.Predictions, second.Predictions);
        Assert.Equal(first.FinalLoss, second.FinalLoss);
    }

    [Fact]
    public void Test_labels_and_the_other_test_rows_do_not_change_a_prediction()
    {
        EmbeddingTable train = Tables.Clouds(300, 8, 5, 2, seed: 1);
        EmbeddingTable test = Tables.Clouds(300, 8, 5, 2, seed: 2);
        var whole = LinearEvaluation.OnEmbeddings(train, test).Predictions;
        EmbeddingTable part = test.Subset([.. Enumerable.Range(0, 10)]);
        EmbeddingTable mislabeled = new(part.Values, 8, part.Paths, [.. Enumerable.Repeat(0, 10)], part.ClassNames);
        Assert.Equal(whole.Take(10), LinearEvaluation.OnEmbeddings(train, mislabeled).Predictions);
    }

    [Fact]
    public void Tables_that_do_not_fit_are_refused()
    {
        EmbeddingTable table = Tables.Clouds(20, 8, 2, 1, seed: 1);
        Assert.Throws<DataException>(() => LinearEvaluation.OnEmbeddings(table, Tables.Clouds(20, 7, 2, 1, seed: 1)));
        Assert.Throws<DataException>(
            () => LinearEvaluation.OnEmbeddings(
                table, new EmbeddingTable(table.Values, 8, table.Paths, table.Labels, ["other", "another"])));
        Assert.Throws<DataException>(
            () => LinearEvaluation.OnEmbeddings(new EmbeddingTable(table.Values, 8, table.Paths), table));
    }

    private static EmbeddingTable Line(int rows, long seed)
    {
        EmbeddingTable noise = Tables.Clouds(rows, 1, 1, 1, seed);
        float center = noise.Values.Average();
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row % 2)];
        return new EmbeddingTable(
            [.. noise.Values.Select((v, row) => v - center + (labels[row] == 0 ? -1 : 1))], 1, noise.Paths, labels);
    }

    private static EmbeddingTable Constant(EmbeddingTable table)
    {
        float[] values = [.. table.Values];
        for (int row = 0; row < table.Count; row++)
        {
            values[row * table.Dimension] = 3;
        }

        return new EmbeddingTable(values, table.Dimension, table.Paths, table.Labels, table.ClassNames);
    }
}
