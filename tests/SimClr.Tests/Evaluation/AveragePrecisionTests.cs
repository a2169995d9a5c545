using CsCheck;
using SimClr.Cli.Verbs;
using SimClr.Evaluation;
using SimClr.Internals;
using static SimClr.Evaluation.LabelMark;

namespace SimClr.Tests.Evaluation;

public sealed class AveragePrecisionTests
{
    [Fact]
    public void It_is_the_mean_over_eleven_recalls_of_the_highest_precision_from_there_on()
    {
        // Ranked: right, wrong, right, right, wrong: precisions 1, 2/3, 3/4 at recalls 1/3, 2/3, 1.
        double expected = ((4 * 1) + (7 * 0.75)) / 11;
        Assert.Equal(
            expected,
            AveragePrecision.ElevenPoint([5, 4, 3, 2, 1], [Present, Absent, Present, Present, Absent])!.Value,
            1e-12);

        // The order of the images is by score, not by position in the list.
        Assert.Equal(
            expected,
            AveragePrecision.ElevenPoint([1, 3, 5, 2, 4], [Absent, Present, Present, Present, Absent])!.Value,
            1e-12);
    }

    [Fact]
    public void Difficult_images_count_neither_for_nor_against()
        => Assert.Equal(
            AveragePrecision.ElevenPoint([5, 4, 2], [Present, Absent, Present]),
            AveragePrecision.ElevenPoint([5, 9, 4, 3, 2], [Present, Difficult, Absent, Difficult, Present]));

    [Fact]
    public void A_recall_of_three_tenths_reaches_the_third_point()
    {
        // Three of ten positives come first; the others come after so many negatives that they hardly count.
        LabelMark[] truth =
        [
            .. Enumerable.Repeat(Present, 3),
            .. Enumerable.Repeat(Absent, 9997),
            .. Enumerable.Repeat(Present, 7),
        ];
        float[] scores = [.. Enumerable.Range(0, truth.Length).Select(i => -(float)i)];
        Assert.Equal((4 + (7 * 10.0 / 10_007)) / 11, AveragePrecision.ElevenPoint(scores, truth)!.Value, 1e-12);
    }

    [Fact]
    public void A_class_without_images_has_no_average_precision()
    {
        Assert.Null(AveragePrecision.ElevenPoint([1, 2], [Absent, Difficult]));
        var outcome = new MultiLabelOutcome([Present, Absent, Absent, Absent], [2f, 0, 1, 0], 2, ["cat", "unicorn"]);
        Assert.Equal(1, outcome.MeanAveragePrecision);
        Assert.Equal([new("cat", 1, 1), new("unicorn", 0, null)], outcome.PerClass);
    }

    [Fact]
    public void It_equals_a_slow_loop_over_the_definition()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 10_000]).Sample((images, seed) =>
        {
            var stream = new RandomStream(seed, Purpose.Sample);
            LabelMark[] truth = [.. Enumerable.Range(0, images).Select(_ => (LabelMark)stream.NextInt(3))];
            float[] scores = [.. Enumerable.Range(0, images).Select(_ => (float)stream.NextInt(8))];
            double? expected = SlowLoop(scores, truth);
            double? got = AveragePrecision.ElevenPoint(scores, truth);
            Assert.Equal(expected is null, got is null);
            Assert.Equal(expected ?? 0, got ?? 0, 1e-12);

            // An image that was drawn twice counts twice.
            int[] times = [.. Enumerable.Range(0, images).Select(_ => stream.NextInt(3))];
            int[] drawn = [.. Enumerable.Range(0, images).SelectMany(i => Enumerable.Repeat(i, times[i]))];
            double? repeated = SlowLoop([.. drawn.Select(i => scores[i])], [.. drawn.Select(i => truth[i])]);
            Assert.Equal(
                repeated ?? -1,
                AveragePrecision.ElevenPoint(AveragePrecision.Ranking(scores, truth), truth, times) ?? -1,
                1e-12);
        }, iter: 200);
    }

    [Fact]
    public void The_interval_for_few_images_and_many_classes_contains_the_value()
    {
        // By chance: a percentile interval lay above the value, because resamples rank copies of an image one after
        // another.
        var stream = new RandomStream(4, Purpose.Sample);
        LabelMark[] truth = [.. Enumerable.Range(0, 60 * 20).Select(_ => stream.Chance(0.13) ? Present : Absent)];
        float[] scores = [.. truth.Select(_ => (float)stream.NextNormal())];
        var outcome = new MultiLabelOutcome(truth, scores, 20);
        Interval interval = outcome.MeanAveragePrecisionInterval;
        Assert.InRange(outcome.MeanAveragePrecision, interval.Low + 0.01, interval.High - 0.01);
        Assert.InRange(interval.High - interval.Low, 0.03, 0.2);
    }

    [Fact]
    public void The_mean_over_classes_has_an_interval_and_they_go_into_json()
    {
        var stream = new RandomStream(1, Purpose.Sample);
        LabelMark[] truth = [.. Enumerable.Range(0, 600).Select(_ => stream.Chance(0.3) ? Present : Absent)];
        float[] scores = [.. truth.Select(shown => (float)(stream.NextNormal() + (shown == Present ? 1 : 0)))];
        var outcome = new MultiLabelOutcome(truth, scores, 3);
        Assert.Equal(outcome.PerClass.Average(row => row.AveragePrecision)!.Value, outcome.MeanAveragePrecision, 1e-12);
        Assert.InRange(
            outcome.MeanAveragePrecision,
            outcome.MeanAveragePrecisionInterval.Low,
            outcome.MeanAveragePrecisionInterval.High);
        Assert.InRange(
            outcome.MeanAveragePrecisionInterval.High - outcome.MeanAveragePrecisionInterval.Low, 0.03, 0.25);
        Assert.Equal(
            outcome.MeanAveragePrecision,
            OutcomeJson.From(outcome.PerClass).Average(row => row!["average_precision"]!.GetValue<double>()),
            1e-12);
    }

    [Fact]
    public void Mismatched_inputs_are_refused()
    {
        Assert.Contains(
            "not a number for image 1",
            Assert.Throws<ArgumentException>(
                () => AveragePrecision.ElevenPoint([1, float.NaN], [Present, Absent])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "got 1 scores and 2 images",
            Assert.Throws<ArgumentException>(() => AveragePrecision.ElevenPoint([1], [Present, Absent])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "expected 2 of each",
            Assert.Throws<ArgumentException>(
                () => new MultiLabelOutcome([Present, Absent, Absent], [1, 2, 3], 2)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no image shows any class",
            Assert.Throws<ArgumentException>(() => new MultiLabelOutcome([Absent, Difficult], [1, 2], 2)).Message,
            StringComparison.Ordinal);
    }

    private static double? SlowLoop(float[] scores, LabelMark[] truth)
    {
        int[] ranked = [.. Enumerable.Range(0, scores.Length)
            .Where(i => truth[i] != Difficult)
            .OrderByDescending(i => scores[i])];
        int positives = ranked.Count(i => truth[i] == Present);
        if (positives == 0)
        {
            return null;
        }

        double sum = 0;
        for (int t = 0; t <= 10; t++)
        {
            double best = 0;
            for (int rank = 1; rank <= ranked.Length; rank++)
            {
                int right = ranked.Take(rank).Count(i => truth[i] == Present);
                best = 10 * right >= t * positives ? Math.Max(best, (double)right / rank) : best;
            }

            sum += best;
        }

        return sum / 11;
    }
}
