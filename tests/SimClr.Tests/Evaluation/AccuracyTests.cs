using CsCheck;
using SimClr.Evaluation;

namespace SimClr.Tests.Evaluation;

public sealed class AccuracyTests
{
    private static readonly float[] Scores =
    [
        0.1f, 0.7f, 0.2f,
        0.5f, 0.3f, 0.2f,
        0.2f, 0.3f, 0.5f,
        0.3f, 0.3f, 0.3f,
    ];

    [Fact]
    public void A_class_that_was_never_learned_is_not_in_the_top_five_of_few_classes()
        => Assert.Equal(
            [true, false], Accuracy.InTopK([1, 2, float.NegativeInfinity, 1, 2, float.NegativeInfinity], 3, [0, 2], 5));

    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(2, 0.5)]   // In the last row all scores are equal, so only the first guess counts.
    [InlineData(3, 1)]
    public void A_row_is_right_when_its_class_is_among_the_k_highest(int k, double expected)
        => Assert.Equal(expected, Accuracy.TopK(Scores, 3, [1, 1, 0, 1], k));

    [Fact]
    public void More_guesses_than_classes_are_as_many_as_classes()
        => Assert.Equal(1, Accuracy.TopK(Scores, 3, [2, 2, 0, 2], 5));

    [Fact]
    public void Only_the_first_guess_breaks_ties_by_class_number()
    {
        float[] equal = [0, 0, 0];
        Assert.Equal([0], Accuracy.Predictions(equal, 3));
        Assert.Equal([1, 0, 0], TopK(equal, 1));
        Assert.Equal([1, 0, 0], TopK(equal, 2));
        Assert.Equal([1, 1, 1], TopK(equal, 3));
        Assert.Equal([0, 1, 0], TopK([1, 2, 1], 2));
        Assert.Equal([1, 1, 1], TopK([1, 2, 1], 3));

        static IEnumerable<double> TopK(float[] scores, int k)
            => new[] { 0, 1, 2 }.Select(label => Accuracy.TopK(scores, 3, [label], k));
    }

    [Fact]
    public void Top_k_does_not_depend_on_class_numbers_except_for_the_first_guess()
    {
        Gen.Select(Gen.Int[2, 8], Gen.Int[0, 3].Array[8], Gen.Int[1, 8], Gen.Int[0, 7])
            .Sample((classes, values, k, shift) =>
            {
                float[] scores = [.. values.Take(classes).Select(v => (float)v)];
                float[] turned = [.. Enumerable.Range(0, classes).Select(c => scores[(c + shift) % classes])];
                (int first, int other) = (
                    Accuracy.Predictions(scores, classes)[0],
                    (Accuracy.Predictions(turned, classes)[0] + shift) % classes);
                foreach (int c in Enumerable.Range(0, classes).Where(c => c != first && c != other))
                {
                    Assert.Equal(
                        Accuracy.TopK(scores, classes, [c], k),
                        Accuracy.TopK(turned, classes, [(c + (shift * (classes - 1))) % classes], k));
                }
            }, iter: 500);
    }

    [Fact]
    public void Predictions_are_the_highest_scores_also_among_negative_ones()
    {
        Assert.Equal([1, 0, 2, 0], Accuracy.Predictions(Scores, 3));
        Assert.Equal([2], Accuracy.Predictions([-3, -2, -1], 3));
    }

    [Fact]
    public void Top_1_is_the_share_of_right_predictions()
    {
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3].Array[60], Gen.Int[0, 5].Array[10]).Sample((classes, values, labels) =>
        {
            // Few different values, so that ties are frequent.
            float[] scores = [.. values.Take(10 * classes).Select(v => (float)v)];
            int[] within = [.. labels.Select(label => label % classes)];
            double right =
                Accuracy.Predictions(scores, classes).Zip(within).Average(pair => pair.First == pair.Second ? 1.0 : 0);
            Assert.Equal(right, Accuracy.TopK(scores, classes, within, 1), 1e-12);
        }, iter: 200);
    }

    [Fact]
    public void No_rows_have_accuracy_0()
        => Assert.Equal(0, Accuracy.TopK([], 3, [], 1));
}
