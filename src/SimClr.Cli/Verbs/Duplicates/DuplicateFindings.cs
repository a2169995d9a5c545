using SimClr.Duplicates;

namespace SimClr.Cli.Verbs;

/// <summary>The result of a search for duplicates.</summary>
/// <param name="Paths">The paths of the images, one per file.</param>
/// <param name="Images">The images.</param>
/// <param name="Facts">The dimensions and length of each file; null if unknown.</param>
/// <param name="Threshold">The threshold of the search.</param>
/// <param name="Groups">The groups, without rejected pairs.</param>
internal sealed record DuplicateFindings(
    IReadOnlyList<string> Paths,
    RowImages Images,
    IReadOnlyList<ImageFacts?> Facts,
    ThresholdChoice Threshold,
    IReadOnlyList<DuplicateGroup> Groups)
{
    // A group this large is more often a mistake than copies: look before you believe it.
    private const double LargeShare = 0.05;
    private const int LargeCount = 10;

    /// <summary>The number of values per embedding; null without an encoder.</summary>
    public int? Dimension { get; init; }

    /// <summary>The number of rows left out because another row has the same file.</summary>
    public int Links { get; init; }

    /// <summary>The number of images that could not be read.</summary>
    public int Skipped { get; init; }

    /// <summary>The duplicates whose files are equal to that of the kept image, byte by byte.</summary>
    public required IReadOnlySet<int> Identical { get; init; }

    /// <summary>The duplicates that the hash confirmed; null if it was not asked.</summary>
    public IReadOnlySet<int>? Confirmed { get; init; }

    /// <summary>The pairs that the encoder accepts and the hash rejects.</summary>
    public IReadOnlyList<DuplicateGroup> Rejected { get; init; } = [];

    /// <summary>The number of images that could be removed.</summary>
    public int Redundant => Groups.Sum(group => group.Duplicates.Count);

    /// <summary>The number of pairs that the hash rejects.</summary>
    public int RejectedPairs => Rejected.Sum(group => group.Duplicates.Count);

    /// <summary>Whether a group holds so many of the images that it is more likely a mistake.</summary>
    public bool IsLarge(DuplicateGroup group)
        => group.Duplicates.Count + 1 >= Math.Max(LargeCount, LargeShare * Paths.Count);

    /// <summary>
    /// Whether a duplicate may be moved away: a file of the same bytes, or a pair that was confirmed or needs no
    /// confirmation.
    /// </summary>
    public bool IsSafe(Duplicate found) => Identical.Contains(found.Row) || Confirmed?.Contains(found.Row) != false;
}
