namespace SimClr.Clusters;

/// <summary>
/// Measures of agreement between two partitions of the same rows, such as clusters and labels. Only the grouping
/// counts, not the numbers of the parts.
/// </summary>
public static class PartitionAgreement
{
    /// <summary>
    /// Computes the mutual information divided by the mean of the two entropies, 0 … 1 (1 if both partitions have a
    /// single part). It increases with the number of parts even by chance.
    /// </summary>
    /// <param name="one">The part of each row.</param>
    /// <param name="other">The part of each row in the other partition.</param>
    /// <exception cref="ArgumentException">The partitions have different numbers of rows, or fewer than 2.</exception>
    public static double NormalizedMutualInformation(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        RequireSameRows(one, other);
        int[] rows = Counts(one);
        int[] columns = Counts(other);
        if (rows.Length == 1 && columns.Length == 1)
        {
            return 1;
        }

        double total = one.Count;
        double joint = Entropy(Counts(one.Zip(other)), total);
        (double first, double second) = (Entropy(rows, total), Entropy(columns, total));
        return Math.Max(0, first + second - joint) / ((first + second) / 2);
    }

    /// <summary>
    /// Computes the share of row pairs on which the two agree, adjusted for chance: 1 for identical partitions, 0 on
    /// average by chance (Hubert and Arabie 1985).
    /// </summary>
    /// <inheritdoc cref="NormalizedMutualInformation"/>
    public static double AdjustedRandIndex(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        RequireSameRows(one, other);
        double together = Counts(one.Zip(other)).Sum(Pairs);
        double first = Counts(one).Sum(Pairs);
        double second = Counts(other).Sum(Pairs);
        double chance = first * second / Pairs(one.Count);
        double most = (first + second) / 2;
        return most == chance ? 1 : (together - chance) / (most - chance);
    }

    private static double Pairs(int rows) => (double)rows * (rows - 1) / 2;

    private static double Entropy(int[] counts, double total)
        => -counts.Sum(count => count / total * Math.Log(count / total));

    private static int[] Counts<T>(IEnumerable<T> parts)
        where T : notnull
        => [.. parts.CountBy(part => part).Select(part => part.Value)];

    private static void RequireSameRows(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.Count != other.Count || one.Count < 2)
        {
            throw new ArgumentException(
                $"got {one.Count} and {other.Count} rows, expected equal numbers, at least 2", nameof(other));
        }
    }
}
