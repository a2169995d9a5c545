namespace SimClr.Evaluation;

/// <summary>
/// Accuracies from scores. The first guess is the class with the highest score; of equal ones the lowest, as any rule must
/// take one. After it no class comes first by its number: one counts as among the k only if it is so in whatever order equal
/// scores are taken. That matters to kNN, where most classes get no vote at all: the field's code sorts the votes and counts
/// whichever of these the sort puts into the five, which favors classes by their number and is no finding.
/// </summary>
public static class Accuracy
{
    /// <summary>Share of rows whose class is the first guess, or is among the k with the highest scores however ties are broken; 0 … 1.</summary>
    /// <param name="scores">rows · classes numbers.</param>
    /// <param name="classes">Classes, above 0.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="k">Guesses that count; more than there are classes is the same as all.</param>
    public static double TopK(ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> labels, int k)
    {
        ArgumentNullException.ThrowIfNull(labels);
        bool[] right = InTopK(scores, classes, labels, k);
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

    /// <summary>Whether the class of each row is the first guess or, against all that have the same score, among the k with the highest.</summary>
    internal static bool[] InTopK(ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> labels, int k)
    {
        int[] first = Predictions(scores, classes);
        bool[] right = new bool[labels.Count];
        for (int row = 0; row < right.Length; row++)
        {
            ReadOnlySpan<float> values = scores.Slice(row * classes, classes);
            int label = labels[row];
            int ahead = -1;   // All but itself.
            foreach (float value in values)
            {
                ahead += value >= values[label] ? 1 : 0;
            }

            // Nothing can guess a class that it never learned, however few there are.
            right[row] = label == first[row] || (ahead < k && !float.IsNegativeInfinity(values[label]));
        }

        return right;
    }
}
