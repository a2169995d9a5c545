namespace SimClr.Clusters;

/// <summary>How well two divisions of the same rows agree, such as clusters and labels. Their numbers do not count, only who is together.</summary>
public static class PartitionAgreement
{
    /// <summary>
    /// Mutual information over the mean of the two entropies, 0 … 1 (1 where both are one part only). It rises with the
    /// number of parts even by chance.
    /// </summary>
    /// <param name="one">The part of each row.</param>
    /// <param name="other">The part of each row in the other division.</param>
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

    /// <summary>The share of pairs on which the two agree, less what chance gives, 1 where they are the same and 0 on average by chance (Hubert and Arabie 1985).</summary>
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

    private static double Entropy(int[] counts, double total) => -counts.Sum(count => count / total * Math.Log(count / total));

    private static int[] Counts<T>(IEnumerable<T> parts)
        where T : notnull
        => [.. parts.CountBy(part => part).Select(part => part.Value)];

    private static void RequireSameRows(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.Count != other.Count || one.Count < 2)
        {
            throw new ArgumentException($"got {one.Count} and {other.Count} rows, expected as many in both, at least 2", nameof(other));
        }
    }
}
