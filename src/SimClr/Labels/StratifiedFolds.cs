using SimClr.Internals;

namespace SimClr.Labels;

/// <summary>
/// A partition of rows into folds of nearly equal size, each with nearly the same share of each class.
/// </summary>
internal static class StratifiedFolds
{
    /// <summary>
    /// Returns the number of folds: the maximum, or the median size of the classes if that is smaller, but at least 2.
    /// With more folds than images of a class, a fold takes an image from some classes and none from others. A strongly
    /// regularized classifier then prefers the classes that are complete, none of whose images are asked for, so that
    /// the estimate of its accuracy is far too low.
    /// </summary>
    public static int Count(IReadOnlyList<int> labels, int maxFolds)
    {
        int[] sizes = [.. labels.CountBy(label => label).Select(size => size.Value).Order()];
        return Math.Clamp(sizes[sizes.Length / 2], 2, maxFolds);
    }

    /// <returns>
    /// The fold of each row, 0 … folds − 1; with fewer rows than <paramref name="maxFolds"/>, one fold per row.
    /// </returns>
    public static int[] Assign(IReadOnlyList<int> labels, int maxFolds, long seed)
    {
        int[] folds = new int[labels.Count];
        int next = 0;
        foreach (IGrouping<int, int> rows in Enumerable.Range(0, labels.Count)
            .GroupBy(row => labels[row])
            .OrderBy(group => group.Key))
        {
            int[] shuffled = [.. rows];
            new RandomStream(seed, Purpose.Labeling, rows.Key).Shuffle(shuffled.AsSpan());
            Array.ForEach(shuffled, row => folds[row] = next++ % Math.Min(maxFolds, labels.Count));
        }

        return folds;
    }
}
