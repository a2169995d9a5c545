namespace SimClr.Duplicates;

/// <summary>
/// A search for copies without an encoder: images with the same bytes, and images whose perceptual hashes differ in few
/// bits. As in <see cref="NearDuplicates"/>, images are visited in order of preference: an image that is near none of
/// the kept ones is kept, and the others are duplicates of the nearest kept one.
/// </summary>
public static class HashDuplicates
{
    /// <summary>Groups the copies among images.</summary>
    /// <param name="signatures">The signature of each image; null for one that could not be read.</param>
    /// <param name="preference">
    /// All images in order of preference, the one most worth keeping first; null for the given order.
    /// </param>
    /// <param name="maxDistance">
    /// The maximum number of bits in which the hashes of copies differ, 0 … 31. Default:
    /// <see cref="PerceptualHash.MaxDistance"/>.
    /// </param>
    /// <param name="cancellation">Cancellation token, checked between images.</param>
    /// <returns>Groups of two or more images, in the order of <see cref="NearDuplicates.Find"/>.</returns>
    public static IReadOnlyList<DuplicateGroup> Find(
        IReadOnlyList<ImageSignature?> signatures,
        IReadOnlyList<int>? preference = null,
        int maxDistance = PerceptualHash.MaxDistance,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDistance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDistance, 31);
        var contents = new Dictionary<UInt128, int>();
        var index = new HashIndex(maxDistance);
        var duplicates = new List<(int Kept, Duplicate Found)>();
        foreach (int row in preference ?? [.. Enumerable.Range(0, signatures.Count)])
        {
            cancellation.ThrowIfCancellationRequested();
            if (signatures[row] is not { } signature)
            {
                continue;
            }

            if (contents.TryGetValue(signature.Content, out int kept))
            {
                duplicates.Add((kept, new Duplicate(row, double.NaN) { Distance = 0 }));
            }
            else if (signature.Hash is { } hash && index.Nearest(hash) is { } nearest)
            {
                // Further files of the same bytes belong to the same image.
                contents.Add(signature.Content, nearest.Value);
                duplicates.Add((nearest.Value, new Duplicate(row, double.NaN) { Distance = nearest.Distance }));
            }
            else
            {
                contents.Add(signature.Content, row);
                if (signature.Hash is { } own)
                {
                    index.Add(own, row);
                }
            }
        }

        return
        [
            .. duplicates.GroupBy(pair => pair.Kept)
                .Select(group => new DuplicateGroup(
                    group.Key,
                    [.. group.Select(pair => pair.Found).OrderBy(found => found.Distance).ThenBy(found => found.Row)]))
                .OrderByDescending(group => group.Duplicates.Count)
                .ThenBy(group => group.Representative),
        ];
    }
}
