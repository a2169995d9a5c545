namespace SimClr.Evaluation;

/// <summary>
/// Accuracies from scores. The first guess is the class with the highest score; in a tie, the lowest class. Among the
/// top k, class numbers do not break ties: a class counts only if it is among the k under every order of tied scores.
/// That matters for kNN, where most classes get no vote at all: common implementations sort the votes and count
/// whichever of these classes the sort puts into the top five, which favors classes by number and measures nothing.
/// </summary>
public static class Accuracy
{
    /// <summary>
    /// Computes the share of rows whose class is the first guess or, under every order of ties, among the k highest
    /// scores; 0 … 1.
    /// </summary>
    /// <param name="scores">rows · classes numbers.</param>
    /// <param name="classes">The number of classes, above 0.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="k">The number of guesses that count; any k above the number of classes counts all of them.</param>
    public static double TopK(ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> labels, int k)
    {
        ArgumentNullException.ThrowIfNull(labels);
        bool[] right = InTopK(scores, classes, labels, k);
        return right.Length == 0 ? 0 : (double)right.Count(hit => hit) / right.Length;
    }

    /// <summary>Returns the class with the highest score of each row; in a tie, the lowest class.</summary>
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

    /// <summary>
    /// Returns, for each row, whether its class is the first guess or, under every order of ties, among the k highest
    /// scores.
    /// </summary>
    internal static bool[] InTopK(ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> labels, int k)
    {
        int[] first = Predictions(scores, classes);
        bool[] right = new bool[labels.Count];
        for (int row = 0; row < right.Length; row++)
        {
            ReadOnlySpan<float> values = scores.Slice(row * classes, classes);
            int label = labels[row];
            int ahead = -1;   // does not count itself
            foreach (float value in values)
            {
                ahead += value >= values[label] ? 1 : 0;
            }

            // A class that was never learned cannot be guessed, however few classes there are.
            right[row] = label == first[row] || (ahead < k && !float.IsNegativeInfinity(values[label]));
        }

        return right;
    }
}
