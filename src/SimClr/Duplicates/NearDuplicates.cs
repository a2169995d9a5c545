using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Duplicates;

/// <summary>
/// An exact search for near-duplicates by the cosine of their embeddings. Images are visited in order of preference. An
/// image that is near none of the kept ones is kept; all later images near it are its duplicates (if near two kept
/// images, duplicates of the nearer). Every duplicate is thus near the image kept for it, and no two kept images are
/// near each other: groups do not become chains whose ends have nothing in common.
/// </summary>
public static class NearDuplicates
{
    /// <summary>
    /// The default cosine at and above which images are near-duplicates. It was determined on 143 photographs of as
    /// many classes, each also cropped, downscaled, compressed, recolored and mirrored, with an encoder trained on
    /// CIFAR-10. Other encoders may need another threshold.
    /// </summary>
    public const double DefaultThreshold = 0.97;

    /// <summary>Groups the near-duplicate rows of a table.</summary>
    /// <param name="table">At least two embeddings.</param>
    /// <param name="threshold">The cosine at and above which two images are near-duplicates, −1 … 1.</param>
    /// <param name="preference">
    /// All rows in order of preference, the one most worth keeping first; null for row order.
    /// </param>
    /// <param name="progress">Receives the number of finished rows.</param>
    /// <param name="cancellation">Cancellation token, checked between blocks.</param>
    /// <returns>
    /// Groups of two or more rows, the largest group first; groups of equal size are in the order of the row to keep.
    /// </returns>
    /// <exception cref="ArgumentException">The preference does not hold each row exactly once.</exception>
    /// <exception cref="DataException">
    /// There are fewer than two rows, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static IReadOnlyList<DuplicateGroup> Find(
        EmbeddingTable table,
        double threshold,
        IReadOnlyList<int>? preference = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        _ = Require.Between(threshold, -1, 1);
        var rows = UnitRows.FromTable(table, minRows: 2, "compare them");
        int[] order = preference is null ? [.. Enumerable.Range(0, rows.Count)] : [.. preference];
        if (order.Length != rows.Count || !order.Order().SequenceEqual(Enumerable.Range(0, rows.Count)))
        {
            throw new ArgumentException($"expected each of the {rows.Count} rows exactly once", nameof(preference));
        }

        using var search = new LeaderClustering(rows, order, (float)threshold);
        search.Run(progress, cancellation);
        return
        [
            .. Enumerable.Range(0, rows.Count)
                .Where(row => search.LeaderOf[row] != row)
                .GroupBy(row => search.LeaderOf[row])
                .Select(group => new DuplicateGroup(
                    group.Key,
                    [.. group.Select(row => new Duplicate(row, search.Cosine[row]))
                        .OrderByDescending(found => found.Cosine)
                        .ThenBy(found => found.Row)]))
                .OrderByDescending(group => group.Duplicates.Count)
                .ThenBy(group => group.Representative),
        ];
    }
}
