using System.Globalization;
using System.Text.Json;
using SimClr.Cli.Verbs;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Evaluation;

[Collection(ComputeThreadsCollection.Name)]
public sealed class LogisticRegressionTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("logistic_regression.json");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Objective_and_accuracies_are_scikit_learns(int number)
    {
        JsonElement fit = Golden.GetProperty("fits")[number];
        (EmbeddingTable train, EmbeddingTable test) = (Digits("train"), Digits("test"));

        LogisticRegression model = LogisticRegression.Fit(LogisticData.FromTable(train), Number("l2"));

        Assert.True(model.Converged);
        Assert.InRange(model.Objective / Number("objective"), 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(Math.Sqrt(model.Weights.Sum(w => w * w)) / Number("coef_norm"), 0.999, 1.001);
        Assert.Equal(Number("train_accuracy"), Top1(model, train), 12);
        Assert.Equal(Number("test_accuracy"), Top1(model, test), 12);
        Assert.InRange(LogLoss(model, test) / Number("test_log_loss"), 0.999, 1.001);

        double Number(string name) => fit.GetProperty(name).GetDouble();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_weak_regularization_is_fitted_from_zero_as_by_Newtons_method(int number)
    {
        JsonElement set = GoldenFile.Read("weak_logistic.json").GetProperty("sets")[number];
        int[] labels = [.. set.GetProperty("labels").Numbers().Select(label => (int)label)];
        float[] rows = [.. set.GetProperty("rows").Numbers().Select(value => (float)value)];
        LogisticData data = LogisticData.FromTable(new EmbeddingTable(
            rows, set.GetProperty("dimension").GetInt32(), [.. labels.Select(label => $"{label}")], labels));
        foreach (JsonProperty minimum in set.GetProperty("minima").EnumerateObject())
        {
            LogisticRegression model = LogisticRegression.Fit(
                data, double.Parse(minimum.Name, CultureInfo.InvariantCulture));

            Assert.True(model.Converged, $"λ {minimum.Name}: {model.Iterations} steps");
            Assert.InRange(model.Objective / minimum.Value.GetDouble(), 1 - 1e-5, 1 + 1e-5);
        }
    }

    /// <summary>
    /// From zero weights the fit takes more steps than from the minimum of each stronger regularization in turn.
    /// </summary>
    [Fact]
    public void A_weak_regularization_is_reached_through_stronger_ones()
    {
        LogisticData data = LogisticData.FromTable(Tables.Clouds(120, 40, 6, 0.5, seed: 1));

        LogisticRegression model = LogisticRegression.Fit(data, 1e-6, new LogisticOptions { MaxIterations = 60 });

        Assert.True(model.Converged);
        Assert.InRange(model.Objective / LogisticRegression.Fit(data, 1e-6).Objective, 1 - 1e-5, 1 + 1e-5);
    }

    [Fact]
    public void Too_few_steps_are_reported()
    {
        LogisticData data = LogisticData.FromTable(Tables.Clouds(200, 12, 4, 0.6, seed: 1));
        var options = new LogisticOptions { MaxIterations = 3, Strengths = [1e-6, 1] };

        Assert.False(LogisticRegression.Fit(data, 1e-6, options).Converged);

        LogisticSelection found = LogisticRegression.Choose(data, null, options);
        string words = string.Join('\n', EvaluateLogisticCommand.Lines(found, 4, 0));
        Assert.Contains(
            $"note: the final fit stopped after {found.Model.Iterations} steps, before its minimum; ", words);
        Assert.Contains(
            $"{found.Sweep.Count(point => !point.Converged)} of 2 fits of the search stopped before theirs", words);
        Assert.DoesNotContain("note:", string.Concat(EvaluateLogisticCommand.Lines(
            LogisticRegression.Choose(data, null, new LogisticOptions { Strengths = [1, 10] }), 4, 0)));
    }

    [Fact]
    public void Single_precision_finds_the_same_minimum()
    {
        LogisticData data = LogisticData.FromTable(Tables.Clouds(3000, 24, 5, 3, seed: 1));
        foreach (double l2 in new[] { 1e-4, 1, 1e3 })
        {
            using var single = new LogisticPath(data, new LogisticOptions(), 5, TorchSharp.torch.ScalarType.Float32);
            LogisticRegression found = single.Fit(l2, CancellationToken.None);
            LogisticRegression exact = LogisticRegression.Fit(data, l2);
            Assert.InRange(found.Objective / exact.Objective, 1 - 1e-6, 1 + 1e-6);
            Assert.True(found.Converged);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e3)]
    public void At_the_minimum_the_gradient_is_zero_whatever_the_scale_and_the_mean_of_the_features(double scale)
    {
        EmbeddingTable clouds = Tables.Clouds(400, 6, 3, 1.5, seed: 3, scale);
        EmbeddingTable table = new(
            [.. clouds.Values.Select(v => v + (float)(20 * scale))], 6, clouds.Paths, clouds.Labels);
        double l2 = 0.1 * scale * scale;
        LogisticRegression model = LogisticRegression.Fit(
            LogisticData.FromTable(table), l2, new LogisticOptions { Tolerance = 1e-13 });

        double[] gradient = [.. model.Weights.Select(w => l2 * w)];
        double[] terms = new double[gradient.Length];
        float[] logits = model.Logits(LogisticData.FromTable(table));
        for (int row = 0; row < table.Count; row++)
        {
            float[] z = logits[(3 * row)..(3 * (row + 1))];
            for (int c = 0; c < 3; c++)
            {
                double residual = (1 / z.Sum(v => Math.Exp(v - z[c]))) - (table.Labels![row] == c ? 1 : 0);
                for (int i = 0; i < 6; i++)
                {
                    gradient[(6 * c) + i] += residual * table[row][i];
                    terms[(6 * c) + i] += Math.Abs(residual * table[row][i]);
                }
            }
        }

        Assert.All(gradient.Zip(terms), pair => Assert.InRange(pair.First / pair.Second, -1e-4, 1e-4));
    }

    [Fact]
    public void The_strength_is_the_best_on_validation_and_all_rows_are_fitted_with_it()
    {
        EmbeddingTable train = Tables.Clouds(150, 40, 3, 8, seed: 1);
        EmbeddingTable held = Tables.Clouds(150, 40, 3, 8, seed: 2);
        LogisticSelection found = LogisticRegression.Choose(
            LogisticData.FromTable(train), LogisticData.FromTable(held));

        Assert.Equal(45, found.Sweep.Count);
        Assert.Equal((1e5, 1e-6), (found.Sweep[0].L2, found.Sweep[^1].L2));
        LogisticSweepPoint best = found.Sweep.First(point => point.Validation == found.Sweep.Max(p => p.Validation));
        Assert.Equal(best.L2, found.Model.L2);
        Assert.True(best.Validation > found.Sweep.Min(point => point.Validation));
        LogisticRegression alone = LogisticRegression.Fit(
            LogisticData.FromTable(train).Concat(LogisticData.FromTable(held)), best.L2);
        Assert.Equal(alone.Objective, found.Model.Objective, alone.Objective * 1e-6);
        foreach (LogisticSweepPoint point in found.Sweep.Where((_, i) => i % 11 == 0))
        {
            Assert.Equal(
                LogisticRegression.Fit(LogisticData.FromTable(train), point.L2).Objective,
                point.Objective,
                point.Objective * 1e-6);
        }
    }

    [Fact]
    public void Rows_held_out_are_of_every_class_and_fixed_by_the_seed()
    {
        LogisticData data = LogisticData.FromTable(Tables.Clouds(60, 4, 3, 1, seed: 1));
        (LogisticData kept, LogisticData heldOut) = data.HoldOut(0.2, seed: 5);
        Assert.Equal((48, 12), (kept.Count, heldOut.Count));
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(4, heldOut.Labels!.Count(label => label == c)));
        float[] first = new float[4];
        float[] again = new float[4];
        heldOut.CopyTo(11, first);
        data.HoldOut(0.2, seed: 5).HeldOut.CopyTo(11, again);
        Assert.Equal(first, again);
        Assert.NotEqual(heldOut.Count, Overlap(heldOut, data.HoldOut(0.2, seed: 6).HeldOut));

        static int Overlap(LogisticData a, LogisticData b) => Rows(a).Intersect(Rows(b)).Count();
        static IEnumerable<float> Rows(LogisticData data) => Enumerable.Range(0, data.Count).Select(row =>
        {
            float[] values = new float[4];
            data.CopyTo(row, values);
            return values[0];
        });
    }

    [Fact]
    public void A_class_without_rows_is_never_predicted()
    {
        EmbeddingTable clouds = Tables.Clouds(90, 4, 3, 0.3, seed: 1);
        EmbeddingTable table = new(
            clouds.Values,
            4,
            clouds.Paths,
            [.. clouds.Labels!.Select(label => label == 2 ? 3 : label)],
            ["a", "b", "empty", "d"]);
        LogisticRegression model = LogisticRegression.Fit(LogisticData.FromTable(table), 1);
        Assert.Equal(4, model.Classes);
        Assert.DoesNotContain(2, Accuracy.Predictions(model.Logits(LogisticData.FromTable(table)), 4));
        Assert.True(Top1(model, table) > 0.8);
    }

    [Fact]
    public void Marks_of_several_classes_are_one_binary_regression_each()
    {
        EmbeddingTable table = Tables.Clouds(120, 5, 2, 3, seed: 4);
        sbyte[] marks = [.. table.Labels!.SelectMany((label, row)
            => new sbyte[] { (sbyte)(label == 1 ? 1 : -1), (sbyte)(row % 5 == 0 ? 0 : row % 3 == 0 ? 1 : -1) })];
        LogisticRegression both = LogisticRegression.Fit(LogisticData.FromTable(table, marks, 2), 0.5);

        // Softmax of two classes at 2λ is equivalent to one-vs-rest at λ, with W split between its rows.
        LogisticRegression softmax = LogisticRegression.Fit(LogisticData.FromTable(table), 1);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(softmax.Weights[5 + i] - softmax.Weights[i], both.Weights[i], 1e-3);
        }

        LogisticSelection found = LogisticRegression.Choose(
            LogisticData.FromTable(table, marks, 2),
            options: new LogisticOptions { Metric = SelectionMetric.MeanAveragePrecision, Strengths = [0.1, 10] });
        Assert.InRange(found.Sweep.Max(point => point.Validation), 0.1, 1);
        Assert.Throws<DataException>(() => LogisticRegression.Choose(LogisticData.FromTable(table, marks, 2)));
    }

    [Fact]
    public void Average_precision_is_that_of_VOC_2007()
    {
        // Ranked: present, absent, present; precision 1 up to recall 0.5, then 2/3. Recall 0 … 0.5 are six of the
        // eleven points.
        double expected = ((6 * 1) + (5 * 2.0 / 3)) / 11;
        Assert.Equal(expected, MeanAveragePrecision.Compute([4, 3, 2, 9], [1, -1, 1, 0], 1), 12);
    }

    [Fact]
    public void Inputs_that_cannot_be_fitted_are_refused()
    {
        EmbeddingTable table = Tables.Clouds(20, 4, 2, 1, seed: 1);
        Assert.Contains(
            "of one class",
            Refused(() => LogisticRegression.Fit(LogisticData.FromTable(Tables.Clouds(20, 4, 1, 1, seed: 1)), 1)));
        Assert.Contains(
            "have no labels", Refused(() => LogisticData.FromTable(new EmbeddingTable(table.Values, 4, table.Paths))));
        Assert.Contains(
            "expected finite numbers",
            Refused(() => LogisticData.FromTable(new EmbeddingTable([float.NaN, 1], 1, ["a.png", "b.png"], [0, 1]))));
        Assert.Contains("from one encoder", Refused(() => LogisticRegression.Choose(
            LogisticData.FromTable(table), LogisticData.FromTable(Tables.Clouds(20, 5, 2, 1, seed: 1)))));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogisticRegression.Fit(LogisticData.FromTable(table), 0));

        static string Refused(Action action) => Assert.Throws<DataException>(action).Message;
    }

    private static EmbeddingTable Digits(string part)
    {
        double[] x = Golden.GetProperty($"{part}_x").Numbers();
        int[] y = [.. Golden.GetProperty($"{part}_y").Numbers().Select(label => (int)label)];
        return new EmbeddingTable([.. x.Select(v => (float)(v / 16))], 64, [.. y.Select((_, row) => $"{row}")], y);
    }

    private static double Top1(LogisticRegression model, EmbeddingTable table)
        => Accuracy.TopK(model.Logits(LogisticData.FromTable(table)), model.Classes, table.Labels!, 1);

    private static double LogLoss(LogisticRegression model, EmbeddingTable table)
    {
        float[] logits = model.Logits(LogisticData.FromTable(table));
        return table.Labels!.Select((label, row) =>
        {
            float[] z = logits[(row * model.Classes)..((row + 1) * model.Classes)];
            return Math.Log(z.Sum(v => Math.Exp(v - z[label])));
        }).Average();
    }
}
