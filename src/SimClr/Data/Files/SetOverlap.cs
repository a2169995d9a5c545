using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace SimClr.Data;

/// <summary>
/// Finds images that are in two data sets: the same file or record by any path, a file or archive member with the same
/// bytes, or the same pixels. Bytes are read only if an image of the other set has the same length. Pixels are compared
/// if either image is stored only as pixels (in a packed file, a record or memory); some images of the other set are
/// then decoded. Images beyond a limit are not compared, but counted. An unreadable image belongs to no set: up to
/// 2,000 shared images and 64 MB are read to check. Results for a set are kept for the next comparison.
/// </summary>
/// <param name="progress">The receiver of the progress, called from several threads, one at a time.</param>
/// <param name="cancellation">A token that cancels the comparison between two images.</param>
public sealed class SetOverlap(IProgress<OverlapProgress>? progress = null, CancellationToken cancellation = default)
{
    private const int MaxTried = 2000;
    private const long MaxTriedBytes = 64L << 20;
    private const long TypicalBytes = 128L << 10;   // Assumed for an image of unknown length.
    private const int Block = 4096;

    private readonly Dictionary<ImageDataSet, SetContents> known = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, string> folders = new();
    private readonly ConcurrentDictionary<ImageLocation, string?> bytesHashes = new();
    private readonly Lock gate = new();

    /// <summary>The maximum bytes of files and members read to compare two sets.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>The number of images of a set that may be decoded regardless of their size.</summary>
    public int MaxDecoded { get; init; } = 2000;

    /// <summary>The total file size in bytes up to which further images are decoded.</summary>
    public long MaxDecodedBytes { get; init; } = 128L << 20;

    /// <summary>
    /// The maximum bytes of pixels of a set read without decoding, from its first image, rounded up to whole blocks
    /// of images.
    /// </summary>
    public long MaxRawBytes { get; init; } = 4L << 30;

    /// <summary>Counts the images of a set that are also in any of the others.</summary>
    /// <param name="set">The set whose images are counted, such as the test images.</param>
    /// <param name="others">The other sets, such as the training and validation images.</param>
    /// <exception cref="OperationCanceledException">The comparison was canceled.</exception>
    public SharedImages Count(ImageDataSet set, params IReadOnlyList<ImageDataSet> others)
    {
        SetContents one = ContentsOf(set);
        bool[] shared = new bool[set.Count];
        List<ImagesNotCompared> left = [];
        foreach (ImageDataSet other in others)
        {
            left.AddRange(Share(one, ContentsOf(other), shared));
        }

        LeaveOutUnreadable(one, shared);
        return new SharedImages(shared.Count(image => image), left);
    }

    private SetContents ContentsOf(ImageDataSet images)
    {
        if (!known.TryGetValue(images, out SetContents? contents))
        {
            contents = new SetContents(images);
            ForEach("finding the files", images.Count, index => contents.Locations[index] = ImageLocation.Find(
                images, index, folders));
            known.Add(images, contents);
        }

        return contents;
    }

    private IEnumerable<ImagesNotCompared> Share(SetContents one, SetContents other, bool[] shared)
    {
        MarkSameLocations(one, other, shared);
        HashSet<int> open = [.. MarkSameBytes(one, other, shared)];
        int otherOpen = MarkSamePixels(one, other, shared, open);
        int oneOpen = open.Count(index => !shared[index]);
        return new[]
        {
            new ImagesNotCompared(one.Images, oneOpen, other.Images),
            new ImagesNotCompared(other.Images, otherOpen, one.Images),
        }
            .Where(left => left.Count > 0);
    }

    private static void MarkSameLocations(SetContents one, SetContents other, bool[] shared)
    {
        HashSet<string> places = [.. other.Locations.Select(place => place.Path)];
        foreach (int index in Unshared(shared))
        {
            shared[index] = places.Contains(one.Locations[index].Path);
        }
    }

    /// <returns>The images that were not compared although the other set has images of the same length.</returns>
    private int[] MarkSameBytes(SetContents one, SetContents other, bool[] shared)
    {
        ILookup<long, ImageLocation> byLength = other.Locations.Where(place => place.Bytes > 0)
            .ToLookup(place => place.Bytes!.Value);
        var compared = new List<int>();
        var open = new List<int>();
        HashSet<ImageLocation> files = [];
        long left = MaxBytes;
        foreach (IGrouping<long, int> rest in Unshared(shared)
            .Where(index => one.Locations[index].Bytes is > 0 and var bytes && byLength.Contains(bytes))
            .GroupBy(index => one.Locations[index].Bytes!.Value).OrderBy(group => group.Key))
        {
            ImageLocation[] candidates = [.. byLength[rest.Key].Distinct()];
            left -= rest.Key * (candidates.Length + rest.Count());
            (left < 0 ? open : compared).AddRange(rest);
            files.UnionWith(left < 0 ? [] : candidates);
        }

        ImageLocation[] read = [.. files.Concat(compared.Select(index => one.Locations[index]))
            .Distinct()
            .Where(file => !bytesHashes.ContainsKey(file))];
        ForEach("comparing files of the same length", read.Length, index => bytesHashes[read[index]] =
            SetContents.BytesOf(read[index]));
        HashSet<string?> hashes = [.. files.Select(file => bytesHashes[file])];
        foreach (int index in compared)
        {
            shared[index] = bytesHashes[one.Locations[index]] is { } hash && hashes.Contains(hash);
        }

        return [.. open];
    }

    /// <summary>
    /// Compares pixels if either image is stored only as pixels; others have been compared by their bytes. Adds the
    /// images that were not compared to <paramref name="open"/>.
    /// </summary>
    /// <returns>The number of the other set's images that were not compared.</returns>
    private int MarkSamePixels(SetContents one, SetContents other, bool[] shared, HashSet<int> open)
    {
        int[] rest = [.. Unshared(shared).Where(index => one.Locations[index].Bytes != 0)];
        int[] all = [.. Enumerable.Range(0, other.Images.Count).Where(index => other.Locations[index].Bytes != 0)];
        (bool oneIsRaw, bool otherIsRaw) = (Array.Exists(rest, one.IsRaw), Array.Exists(all, other.IsRaw));
        int[] asked = otherIsRaw ? rest : [.. rest.Where(one.IsRaw)];
        int[] against = oneIsRaw ? all : [.. all.Where(other.IsRaw)];
        if (asked.Length == 0 || against.Length == 0)
        {
            return 0;
        }

        Hash(one, asked);
        Hash(other, against);
        HashSet<UInt128> hashes = [.. against.Select(other.PixelsOf).OfType<UInt128>()];
        foreach (int index in asked)
        {
            shared[index] = one.PixelsOf(index) is { } hash && hashes.Contains(hash);
        }

        open.UnionWith(asked.Where(index => !one.IsTried(index)));
        return against.Count(index => !other.IsTried(index));
    }

    private void Hash(SetContents contents, int[] images)
    {
        int[] missing = [.. images.Where(index => !contents.IsTried(index))];
        Try(
            contents,
            [.. missing.Where(index => !contents.IsRaw(index)).TakeWhile(index => MayDecode(contents, index))]);
        int[] raw = [.. missing.Where(contents.IsRaw)];
        for (int from = 0; from < raw.Length && contents.RawBytes < MaxRawBytes; from += Block)
        {
            int[] block = raw[from..Math.Min(from + Block, raw.Length)];
            ForEach("comparing pixels", block.Length, index => contents.Try(block[index]), from, raw.Length);
        }
    }

    private bool MayDecode(SetContents contents, int index)
    {
        contents.Decoded++;
        contents.DecodedBytes += contents.Locations[index].Bytes!.Value;
        return contents.Decoded <= MaxDecoded || contents.DecodedBytes <= MaxDecodedBytes;
    }

    private void LeaveOutUnreadable(SetContents one, bool[] shared)
    {
        long bytes = 0;
        int[] tried = [.. shared.Index().Where(image => image.Item).Select(image => image.Index)
            .Where(index => !(one.Images.IsDecoded && one.IsRaw(index)))
            .Take(MaxTried).TakeWhile(index => (bytes += one.Locations[index].Bytes ?? TypicalBytes) <= MaxTriedBytes)];
        Try(one, [.. tried.Where(index => one.Locations[index].Bytes != 0 && !one.IsTried(index))]);
        foreach (int index in tried)
        {
            shared[index] = one.PixelsOf(index) is not null;
        }
    }

    private void Try(SetContents contents, int[] images)
        => ForEach("comparing pixels", images.Length, index => contents.Try(images[index]));

    private void ForEach(string stage, int count, Action<int> work, int before = 0, int? total = null)
    {
        int done = before;
        try
        {
            _ = Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, index =>
            {
                work(index);
                if (progress is not null)
                {
                    lock (gate)
                    {
                        progress.Report(new OverlapProgress(stage, ++done, total ?? count));
                    }
                }
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    private static IEnumerable<int> Unshared(bool[] shared)
        => shared.Index().Where(image => !image.Item).Select(image => image.Index);
}

/// <summary>The result of comparing a set with others.</summary>
/// <param name="Count">The number of images of the set that are also in any of the others.</param>
/// <param name="NotCompared">The images that were not compared, among which there may be more shared ones.</param>
public readonly record struct SharedImages(int Count, IReadOnlyList<ImagesNotCompared> NotCompared);

/// <summary>Images that were not compared because it would take too long.</summary>
/// <param name="Set">The set of the images.</param>
/// <param name="Count">The number of images.</param>
/// <param name="Other">The set with which they were not compared.</param>
public readonly record struct ImagesNotCompared(ImageDataSet Set, int Count, ImageDataSet Other)
{
    /// <summary>Returns a sentence for readers of the number of shared images.</summary>
    public override string ToString()
        => $"{Count} of {Set.Count} images of {Set.Name} were not compared with those of {Other.Name}, because it "
            + "would take too long; there may be more shared images";
}

/// <summary>The progress of a comparison of two sets.</summary>
/// <param name="Stage">The current stage, in words.</param>
/// <param name="Done">The number of images finished in the stage.</param>
/// <param name="Total">The number of images in the stage.</param>
public readonly record struct OverlapProgress(string Stage, int Done, int Total);
