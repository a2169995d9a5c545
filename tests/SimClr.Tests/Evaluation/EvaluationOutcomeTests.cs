using System.Globalization;
using CsCheck;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Evaluation;

public sealed class EvaluationOutcomeTests
{
    // Ten images: class 0 has six (five right), class 1 three (one right), class 2 one (wrong), class 3 none.
    private static readonly int[] Labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
    private static readonly int[] Predictions = [0, 0, 0, 0, 0, 1, 1, 0, 2, 3];

    [Fact]
    public void The_accuracies_are_shares_of_images_and_the_mean_over_classes_that_have_images()
    {
        EvaluationOutcome outcome = Of(Labels, Predictions, 4);
        Assert.Equal(0.6, outcome.Top1, 1e-12);
        Assert.Equal(((5.0 / 6) + (1.0 / 3) + 0) / 3, outcome.MeanPerClass, 1e-12);
        Assert.Null(outcome.Top5);
        Assert.Null(outcome.Top5Interval);
    }

    [Fact]
    public void The_table_of_classes_holds_recall_and_precision()
    {
        IReadOnlyList<ClassAccuracy> rows = EvaluationOutcome.FromPredictions(
            Paths(10), Labels, Predictions, 4, ["a", "b", "c", "d"]).PerClass;
        Assert.Equal([new("a", 6, 5, 6), new("b", 3, 1, 2), new("c", 1, 0, 1), new("d", 0, 0, 1)], rows);
        Assert.Equal([5.0 / 6, 1.0 / 3, 0.0, null], rows.Select(row => row.Accuracy));
        Assert.Equal([5.0 / 6, 0.5, 0.0, 0.0], rows.Select(row => row.Precision));
        Assert.Null(new ClassAccuracy("e", 2, 0, 0).Precision);
    }

    [Fact]
    public void Classes_without_names_are_called_by_their_numbers()
    {
        Assert.Equal(["0", "1", "2", "3"], Of(Labels, Predictions, 4).ClassNames);
        Assert.Equal(["a", "1"], EvaluationOutcome.FromPredictions(Paths(1), [0], [1], 2, ["a"]).ClassNames);
    }

    [Fact]
    public void A_class_of_the_images_that_has_no_score_is_never_guessed()
    {
        EvaluationOutcome outcome = EvaluationOutcome.FromScores(
            Tables.Create([[1], [1], [1]], [0, 1, 6], ["0", "1", "2", "3", "4", "5", "6"]), [2, 1, 0, 3, -5, -4], 2);
        Assert.Equal((2 / 3.0, 7), (outcome.Top1, outcome.ClassNames.Count));
        Assert.Equal([0, 1, 1], outcome.Predictions);
        Assert.Equal(2 / 3.0, outcome.Top5!.Value, 1e-12);
    }

    [Fact]
    public void An_outcome_from_scores_matches_the_scores()
    {
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 30], Gen.Int[0, 10_000]).Sample((classes, images, seed) =>
        {
            var stream = new RandomStream(seed, Purpose.Sample);
            int[] labels = [.. Enumerable.Range(0, images).Select(_ => stream.NextInt(classes))];
            float[] scores = [.. Enumerable.Range(0, images * classes).Select(_ => (float)stream.NextInt(4))];
            var outcome = EvaluationOutcome.FromScores(Paths(images), labels, scores, classes);
            Assert.Equal(Accuracy.TopK(scores, classes, labels, 1), outcome.Top1);
            Assert.Equal(Accuracy.TopK(scores, classes, labels, 5), outcome.Top5);
            Assert.Equal(Accuracy.Predictions(scores, classes), outcome.Predictions);
            double[] shares = [.. labels.Zip(outcome.Predictions)
                .GroupBy(pair => pair.First)
                .Select(rows => rows.Average(row => row.First == row.Second ? 1.0 : 0))];
            Assert.Equal(shares.Average(), outcome.MeanPerClass, 1e-12);
        }, iter: 100);
    }

    [Theory]
    [InlineData(400, 0.8)]
    [InlineData(1000, 0.5)]
    public void The_interval_of_an_accuracy_is_the_binomial_one_within_resampling_error(int images, double accuracy)
    {
        int right = (int)(images * accuracy);
        EvaluationOutcome outcome = Of(
            [.. Enumerable.Repeat(0, images)], [.. Enumerable.Range(0, images).Select(i => i < right ? 0 : 1)], 2);
        double half = 1.96 * Math.Sqrt(accuracy * (1 - accuracy) / images);
        Assert.Equal(accuracy - half, outcome.Top1Interval.Low, 0.12 * half);
        Assert.Equal(accuracy + half, outcome.Top1Interval.High, 0.12 * half);

        // One class holds all images, so that the mean over classes is the accuracy.
        Assert.Equal(outcome.Top1Interval, outcome.MeanPerClassInterval);
    }

    [Fact]
    public void The_mean_over_unequal_classes_is_less_certain_than_the_accuracy()
    {
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i < 990 ? 0 : 1)];
        int[] predictions = [.. labels.Select((label, i) => i % 5 == 0 ? 1 - label : label)];
        EvaluationOutcome outcome = Of(labels, predictions, 2);
        double Width(Interval interval) => interval.High - interval.Low;

        // Variance of the mean: a quarter of the sum of those of 990 and of 10 images.
        Assert.Equal(
            2 * 1.96 * Math.Sqrt(0.16 * ((1.0 / 990) + (1.0 / 10)) / 4), Width(outcome.MeanPerClassInterval), 0.04);
        Assert.True(Width(outcome.Top1Interval) < 0.06);
    }

    [Fact]
    public void Intervals_are_fixed_by_the_seed()
    {
        Interval[] found = [.. new[] { 1, 1, 2 }.Select(seed => EvaluationOutcome.FromPredictions(
            Paths(300),
            [.. Enumerable.Range(0, 300).Select(i => i % 3)],
            [.. Enumerable.Range(0, 300).Select(i => i % 4 % 3)],
            3,
            null,
            seed).MeanPerClassInterval)];
        Assert.Equal(found[0], found[1]);
        Assert.NotEqual(found[0], found[2]);
    }

    [Fact]
    public void If_all_are_right_or_all_wrong_the_interval_is_a_point()
    {
        Assert.Equal(new Interval(1, 1), Of([0, 1, 0], [0, 1, 0], 2).Top1Interval);
        Assert.Equal(new Interval(0, 0), Of([0, 1, 0], [1, 0, 1], 2).MeanPerClassInterval);
        var one = EvaluationOutcome.FromScores(Paths(1), [5], [6f, 5, 4, 3, 2, 1], 6);
        Assert.Equal(new Interval(0, 0), one.Top5Interval);
    }

    [Fact]
    public void Mismatched_inputs_are_refused()
    {
        Assert.Contains("at least one image", Refused(() => Of([], [], 2)), StringComparison.Ordinal);
        Assert.Contains(
            "2 predictions",
            Refused(() => EvaluationOutcome.FromPredictions(Paths(3), [0, 1, 0], [0, 1], 2)),
            StringComparison.Ordinal);
        Assert.Contains("got class 2, expected 0 to 1", Refused(() => Of([0, 1], [0, 2], 2)), StringComparison.Ordinal);
        Assert.Contains("got class -1", Refused(() => Of([-1, 1], [0, 1], 2)), StringComparison.Ordinal);
        Assert.Contains(
            "3 class names",
            Refused(() => EvaluationOutcome.FromPredictions(Paths(1), [0], [0], 2, ["a", "b", "c"])),
            StringComparison.Ordinal);
        Assert.Contains(
            "got class 2",
            Refused(() => EvaluationOutcome.FromScores(Paths(1), [2], [1f, 2], 2)),
            StringComparison.Ordinal);
        Assert.Contains(
            "got 3 scores for 2 images",
            Refused(() => EvaluationOutcome.FromScores(Paths(2), [0, 1], [1f, 2, 3], 2)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_predictions_file_round_trips()
    {
        using var folder = new TemporaryFolder();
        string[] paths = ["a.png", "with, comma.png", "with \"quotes\".png", "ü/ß.png"];
        var outcome = EvaluationOutcome.FromPredictions(
            paths, [0, 1, 1, 0], [0, 1, 0, 1], 2, ["cats, and dogs", "\"none\""]);
        using (FileStream stream = File.Create(folder.PathOf("predictions.csv")))
        {
            PredictionsFile.Write(stream, outcome);
        }

        foreach (string place in new[] { folder.PathOf("predictions.csv"), folder.PathOf("") })
        {
            IReadOnlyList<Prediction> read = PredictionsFile.Read(place);
            Assert.Equal(paths, read.Select(row => row.Path));
            Assert.Equal(["cats, and dogs", "\"none\"", "\"none\"", "cats, and dogs"], read.Select(row => row.Label));
            Assert.Equal([true, true, false, false], read.Select(row => row.Correct));
        }
    }

    [Theory]
    [InlineData("", "holds no prediction")]
    [InlineData("path,label\na,b", "got 'path,label', expected the header 'path,label,prediction,correct'")]
    [InlineData("path,label,prediction,correct\n", "holds no prediction")]
    [InlineData("path,label,prediction,correct\na,b,c", "line 2: got 3 field(s)")]
    [InlineData(
        "path,label,prediction,correct\na,b,b,1\nc,b,b,0",
        "line 3: got correct = '0' for label 'b' and prediction 'b', expected 1")]
    [InlineData("path,label,prediction,correct\n\"a,b,b,1", "a quote is not closed")]
    public void A_file_without_predictions_is_refused(string content, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("predictions.csv", content);
        Assert.Contains(
            message,
            Assert.Throws<DataException>(() => PredictionsFile.Read(folder.PathOf(""))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_predictions_file_is_named_with_how_to_write_it()
    {
        using var folder = new TemporaryFolder();
        string message = Assert.Throws<DataException>(() => PredictionsFile.Read(folder.PathOf(""))).Message;
        Assert.Contains("predictions.csv", message, StringComparison.Ordinal);
        Assert.Contains("PredictionsFile.Write", message, StringComparison.Ordinal);
    }

    private static string[] Paths(int count)
        => [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private static EvaluationOutcome Of(int[] labels, int[] predictions, int classes)
        => EvaluationOutcome.FromPredictions(Paths(labels.Length), labels, predictions, classes);

    private static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;
}
