using System.Numerics;
using SimClr.Evaluation;

namespace SimClr.Tests.Evaluation;

public sealed class PermutationTestTests
{
    [Theory]
    [InlineData(5, 3)]
    [InlineData(10, 1)]
    [InlineData(64, 40)]
    [InlineData(65, 65)]
    [InlineData(300, 250)]
    [InlineData(0, 12)]
    [InlineData(1000, 930)]
    public void The_p_value_is_that_of_the_exact_sign_test_within_sampling_error(int onlyA, int onlyB)
    {
        ModelComparison found = Compare(both: 400, onlyA, onlyB, neither: 100);
        double exact = SignTest(onlyA, onlyB);
        double error = Math.Sqrt(exact * (1 - exact) / PermutationTest.DefaultSamples);
        Assert.Equal(exact, found.PValue, (5 * error) + 1e-5);
        Assert.Equal((double)(onlyA - onlyB) / found.Images, found.Difference, 1e-12);

        // With one class, the mean over classes is the accuracy.
        Assert.Equal(found.PValue, found.MeanPerClassPValue);
    }

    [Fact]
    public void The_counts_and_accuracies_are_those_of_the_images()
    {
        ModelComparison found = Compare(both: 5, onlyA: 3, onlyB: 1, neither: 1);
        Assert.Equal(
            (5, 3, 1, 1, 10),
            (found.BothCorrect, found.OnlyACorrect, found.OnlyBCorrect, found.BothWrong, found.Images));
        Assert.Equal(0.8, found.Top1A, 1e-12);
        Assert.Equal(0.6, found.Top1B, 1e-12);
        Assert.Equal(0.2, found.Difference, 1e-12);
    }

    [Fact]
    public void Models_that_agree_have_p_1_and_no_difference()
    {
        ModelComparison found = Compare(both: 5, onlyA: 0, onlyB: 0, neither: 5);
        Assert.Equal(1, found.PValue);
        Assert.Equal(1, found.MeanPerClassPValue);
        Assert.Equal(new Interval(0, 0), found.DifferenceInterval);
    }

    [Fact]
    public void Exchanging_the_models_changes_signs_only()
    {
        ModelComparison found = Compare(both: 50, onlyA: 30, onlyB: 12, neither: 10);
        ModelComparison exchanged = Compare(both: 50, onlyA: 12, onlyB: 30, neither: 10);
        Assert.Equal(found.PValue, exchanged.PValue);
        Assert.Equal(-found.Difference, exchanged.Difference);
    }

    [Fact]
    public void The_interval_of_the_difference_is_paired()
    {
        // Variance of a − b per image: 0.1 − 0.02²; of two independent accuracies it would be about four times that.
        ModelComparison found = Compare(both: 700, onlyA: 60, onlyB: 40, neither: 200);
        double half = 1.96 * Math.Sqrt((0.1 - 0.0004) / 1000);
        Assert.Equal(0.02 - half, found.DifferenceInterval.Low, 0.12 * half);
        Assert.Equal(0.02 + half, found.DifferenceInterval.High, 0.12 * half);
    }

    [Fact]
    public void In_the_mean_per_class_a_difference_in_a_small_class_weighs_more()
    {
        // Two images of a class of four against eight of one of 400: ± 2/4 ± … is exceeded only by the classes' own
        // sums.
        int[] labels = [.. Enumerable.Repeat(0, 4), .. Enumerable.Repeat(1, 400)];
        bool[] a = [.. labels.Select((label, i) => label == 0 && i < 2)];
        bool[] b = [.. labels.Select((label, i) => label == 1 && i < 12)];
        ModelComparison found = PermutationTest.Compare(
            new PredictionPair(labels, a, b), PermutationTest.DefaultSamples, 0);
        Assert.Equal(((2.0 / 4) - (8.0 / 400)) / 2, found.MeanPerClassDifference, 1e-12);
        Assert.Equal(ExactPerClass(), found.MeanPerClassPValue, 5 * Math.Sqrt(0.25 / PermutationTest.DefaultSamples));
        Assert.Equal(SignTest(2, 8), found.PValue, 5 * Math.Sqrt(0.25 / PermutationTest.DefaultSamples));

        // All 2^10 exchanges.
        static double ExactPerClass() => Enumerable.Range(0, 1024).Count(bits =>
        {
            int small = BitOperations.PopCount((uint)bits & 3);
            int large = BitOperations.PopCount((uint)bits >> 2);
            return Math.Abs((((2 * small) - 2) / 4.0) + (((2 * large) - 8) / 400.0)) >= (2.0 / 4) - (8.0 / 400) - 1e-9;
        }) / 1024.0;
    }

    [Fact]
    public void The_seed_and_the_number_of_samples_count()
    {
        PredictionPair pair = Pair(both: 5, onlyA: 30, onlyB: 18, neither: 1);
        Assert.Equal(PermutationTest.Compare(pair, 2500, 1).PValue, PermutationTest.Compare(pair, 2500, 1).PValue);
        Assert.NotEqual(PermutationTest.Compare(pair, 2500, 1).PValue, PermutationTest.Compare(pair, 2500, 2).PValue);
        Assert.Equal(
            1 / 101.0, PermutationTest.Compare(Pair(both: 0, onlyA: 90, onlyB: 0, neither: 0), 100, 0).PValue, 1e-12);
    }

    [Fact]
    public void Images_are_matched_by_path_whatever_their_order_and_folder()
    {
        EvaluationOutcome a = Outcome(["x/red/1.png", "x/red/2.png", "x/blue/1.png"], [1, 1, 0], [1, 0, 0]);
        EvaluationOutcome b = Outcome(
            [@"/far\test\blue\1.png", @"/far\test\red\2.png", @"/far\test\red\1.png"], [0, 1, 1], [1, 1, 1]);
        ModelComparison found = PermutationTest.Compare(a, b);
        Assert.Equal((1, 1, 1, 0), (found.BothCorrect, found.OnlyACorrect, found.OnlyBCorrect, found.BothWrong));
    }

    [Fact]
    public void Other_images_or_labels_are_refused_with_examples()
    {
        EvaluationOutcome a = Outcome(["t/1.png", "t/2.png"], [0, 1], [0, 1]);
        string images = Assert.Throws<DataException>(
            () => PermutationTest.Compare(a, Outcome(["t/1.png", "t/3.png", "t/4.png"], [0, 1, 1], [0, 1, 1]))).Message;
        Assert.Contains(
            "2 and 3; only in the first: 2.png; only in the second: 3.png, 4.png", images, StringComparison.Ordinal);
        string labels = Assert.Throws<DataException>(
            () => PermutationTest.Compare(a, Outcome(["t/1.png", "t/2.png"], [0, 0], [0, 1]))).Message;
        Assert.Contains("2.png has the label '1' in the first and '0' in the second", labels, StringComparison.Ordinal);
    }

    private static ModelComparison Compare(int both, int onlyA, int onlyB, int neither)
        => PermutationTest.Compare(Pair(both, onlyA, onlyB, neither), PermutationTest.DefaultSamples, 0);

    private static PredictionPair Pair(int both, int onlyA, int onlyB, int neither)
    {
        int images = both + onlyA + onlyB + neither;
        return new PredictionPair(
            new int[images],
            [.. Enumerable.Range(0, images).Select(i => i < both + onlyA)],
            [.. Enumerable.Range(0, images).Select(i => i < both || (i >= both + onlyA && i < both + onlyA + onlyB))]);
    }

    private static EvaluationOutcome Outcome(string[] paths, int[] labels, int[] predictions)
        => EvaluationOutcome.FromPredictions(paths, labels, predictions, 2);

    /// <summary>The two-sided tail of the binomial with ½, in integers.</summary>
    private static double SignTest(int onlyA, int onlyB)
    {
        int n = onlyA + onlyB;
        (BigInteger choose, BigInteger tail) = (BigInteger.One, BigInteger.Zero);
        for (int k = 0; k <= n; k++)
        {
            tail += Math.Abs((2 * k) - n) >= Math.Abs(onlyA - onlyB) ? choose : BigInteger.Zero;
            choose = choose * (n - k) / (k + 1);
        }

        return Math.Exp(BigInteger.Log(tail) - (n * Math.Log(2)));
    }
}
