namespace SimClr.Evaluation;

/// <summary>Accuracies from scores.</summary>
public static class Accuracy
{
    /// <summary>Share of rows whose class is among the k with the highest scores, 0 … 1. Of equal scores the lower class counts first.</summary>
    /// <param name="scores">rows · classes numbers.</param>
    /// <param name="classes">Classes, above 0.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="k">Guesses that count; more than there are classes is the same as all.</param>
    public static double TopK(ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> labels, int k)
    {
        ArgumentNullException.ThrowIfNull(labels);
        bool[] right = AmongFirst(scores, classes, labels, k);
        return right.Length == 0 ? 0 : (double)right.Count(hit => hit) / right.Length;
    }

    /// <summary>The class with the highest score of each row; of equal ones the lowest.</summary>
    public static int[] Predictions(ReadOnlySpan<float> scores, int classes)
    {
        int[] predictions = new int[scores.Length / classes];
        for (int row = 0; row < predictions.Length; row++)
        {
            ReadOnlySpan<float> values = scores.Slice(row * classes, classes);
            for (int other = 1; other < classes; other++)
            {
                predictions[row] = values[other] > values[predictions[row]] ? other : predictions[row];
            }
        }

        return predictions;
    }

    /// <summary>Whether the class of each row is among the k with the highest scores.</summary>
    internal static bool[] AmongFirst(ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> labels, int k)
    {
        bool[] right = new bool[labels.Count];
        for (int row = 0; row < right.Length; row++)
        {
            ReadOnlySpan<float> values = scores.Slice(row * classes, classes);
            int label = labels[row];
            int ahead = 0;
            for (int other = 0; other < classes; other++)
            {
                ahead += values[other] > values[label] || (values[other] == values[label] && other < label) ? 1 : 0;
            }

            right[row] = ahead < k;
        }

        return right;
    }
}
