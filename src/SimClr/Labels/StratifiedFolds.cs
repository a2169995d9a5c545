using SimClr.Internals;

namespace SimClr.Labels;

/// <summary>
/// A partition of rows into folds of nearly equal size, each with nearly the same share of each class.
/// </summary>
internal static class StratifiedFolds
{
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
