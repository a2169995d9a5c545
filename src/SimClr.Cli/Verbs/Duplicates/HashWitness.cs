using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Duplicates;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The verdict of perceptual hashes, which know nothing of the encoder, on the pairs that an encoder found. A pair
/// whose images have no hash, because they are blank or cannot be read, is neither confirmed nor rejected.
/// </summary>
/// <param name="Accepted">The groups without rejected duplicates.</param>
/// <param name="Confirmed">The duplicates that are confirmed.</param>
/// <param name="Rejected">The groups with rejected duplicates only.</param>
internal sealed record HashWitness(
    IReadOnlyList<DuplicateGroup> Accepted, IReadOnlySet<int> Confirmed, IReadOnlyList<DuplicateGroup> Rejected)
{
    /// <summary>Reads the images of the groups and compares their hashes.</summary>
    public static HashWitness Question(
        CommandContext context, RowImages images, DataOptions reading, IReadOnlyList<DuplicateGroup> groups)
    {
        int[] rows =
        [
            .. groups.SelectMany(group => group.Duplicates.Select(found => found.Row).Prepend(group.Representative)),
        ];
        Dictionary<int, ImageSignature?> signatures = rows.Zip(Display.Show(context, display => ImageSignature.ReadAll(
                images.ToDataSet(rows, reading),
                reading,
                progress: display.Images("confirming by hash", rows.Length),
                cancellation: context.Cancel)))
            .ToDictionary(pair => pair.First, pair => pair.Second);
        var confirmed = new HashSet<int>();
        var accepted = new List<DuplicateGroup>();
        var rejected = new List<DuplicateGroup>();
        foreach (DuplicateGroup group in groups)
        {
            ImageSignature? kept = signatures[group.Representative];
            ILookup<bool, Duplicate> sides = group.Duplicates.ToLookup(found
                => Verdict(kept, signatures[found.Row]) != false, found => WithDistance(kept, signatures, found));
            confirmed.UnionWith(
                group.Duplicates.Select(found => found.Row).Where(row => Verdict(kept, signatures[row]) == true));
            Add(accepted, group, sides[true]);
            Add(rejected, group, sides[false]);
        }

        return new HashWitness(
            [.. accepted.OrderByDescending(group => group.Duplicates.Count).ThenBy(group => group.Representative)],
            confirmed,
            rejected);
    }

    private static bool? Verdict(ImageSignature? kept, ImageSignature? other)
        => kept is null || other is null ? null : kept.IsCopyOf(other, PerceptualHash.MaxConfirmedDistance);

    private static Duplicate WithDistance(
        ImageSignature? kept, Dictionary<int, ImageSignature?> signatures, Duplicate found)
        => found with { Distance = signatures[found.Row] is { } own ? kept?.DistanceTo(own) : null };

    private static void Add(List<DuplicateGroup> groups, DuplicateGroup group, IEnumerable<Duplicate> duplicates)
    {
        Duplicate[] some = [.. duplicates];
        if (some.Length > 0)
        {
            groups.Add(group with { Duplicates = some });
        }
    }
}
