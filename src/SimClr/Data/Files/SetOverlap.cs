using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace SimClr.Data;

/// <summary>
/// Images that are in two sets: the same file or record by whatever path, a file or member of an archive of the same bytes, or
/// the same pixels. Bytes are read only where one of the other set has their length. Pixels are compared where one of both has
/// nothing else: a record of a packed file or in memory; of the other a part is decoded where it has to be. What goes beyond a
/// limit is not compared, and counted. An image that cannot be read is in no set: those that are shared are tried, the first
/// 2,000 of them and no more than 64 MB. What was found out of a set is kept for the next comparison.
/// </summary>
/// <param name="progress">Takes how far it is, from several threads, one at a time.</param>
/// <param name="cancellation">Stops between two images.</param>
public sealed class SetOverlap(IProgress<OverlapProgress>? progress = null, CancellationToken cancellation = default)
{
    private const int MaxTried = 2000;
    private const long MaxTriedBytes = 64L << 20;
    private const long TypicalBytes = 128L << 10;   // Of an image whose length is not known.
    private const int Block = 4096;

    private readonly Dictionary<ImageDataSet, SetContents> known = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, string> folders = new();
    private readonly ConcurrentDictionary<ImageLocation, string?> bytesHashes = new();
    private readonly Lock gate = new();

    /// <summary>Bytes of files and members that are read to compare two sets.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>Images of a set that are decoded however large they are, the first of those that have to be.</summary>
    public int MaxDecoded { get; init; } = 2000;

    /// <summary>Bytes of files up to which more of them are decoded.</summary>
    public long MaxDecodedBytes { get; init; } = 128L << 20;

    /// <summary>Bytes of pixels of a set that are read without decoding, from its beginning; a little more, by whole blocks of images.</summary>
    public long MaxRawBytes { get; init; } = 4L << 30;

    /// <summary>Counts the images of a set that any of the others has too.</summary>
    /// <param name="set">What is counted in, such as the test images.</param>
    /// <param name="others">The others, such as the training and validation images.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
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
            ForEach("finding the files", images.Count, index => contents.Locations[index] = ImageLocation.Find(images, index, folders));
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
        return new[] { new ImagesNotCompared(one.Images, oneOpen, other.Images), new ImagesNotCompared(other.Images, otherOpen, one.Images) }
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

    /// <returns>The images that were not compared, though the other set has some of their length.</returns>
    private int[] MarkSameBytes(SetContents one, SetContents other, bool[] shared)
    {
        ILookup<long, ImageLocation> byLength = other.Locations.Where(place => place.Bytes > 0).ToLookup(place => place.Bytes!.Value);
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

        ImageLocation[] read = [.. files.Concat(compared.Select(index => one.Locations[index])).Distinct().Where(file => !bytesHashes.ContainsKey(file))];
        ForEach("comparing files of the same length", read.Length, index => bytesHashes[read[index]] = SetContents.BytesOf(read[index]));
        HashSet<string?> hashes = [.. files.Select(file => bytesHashes[file])];
        foreach (int index in compared)
        {
            shared[index] = bytesHashes[one.Locations[index]] is { } hash && hashes.Contains(hash);
        }

        return [.. open];
    }

    /// <summary>Compares where one of both has nothing but its pixels; of two others the bytes have told. Adds to the open images those that were not compared.</summary>
    /// <returns>The number of the other set's images that were not.</returns>
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
        Try(contents, [.. missing.Where(index => !contents.IsRaw(index)).TakeWhile(index => MayDecode(contents, index))]);
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

    private static IEnumerable<int> Unshared(bool[] shared) => shared.Index().Where(image => !image.Item).Select(image => image.Index);
}

/// <summary>What a comparison of a set with others found.</summary>
/// <param name="Count">Images of the set that any of the others has too.</param>
/// <param name="NotCompared">What was not compared, so that there may be more.</param>
public readonly record struct SharedImages(int Count, IReadOnlyList<ImagesNotCompared> NotCompared);

/// <summary>Images that were not compared, for it would take too long.</summary>
/// <param name="Set">Their set.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Other">The set that they were not compared with.</param>
public readonly record struct ImagesNotCompared(ImageDataSet Set, int Count, ImageDataSet Other)
{
    /// <summary>For who reads the number of shared images.</summary>
    public override string ToString()
        => $"{Count} of {Set.Count} images of {Set.Name} were not compared with those of {Other.Name}, which would take too long; more may be in both";
}

/// <summary>How far a comparison of two sets is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Done">Images of it that are done.</param>
/// <param name="Total">All images of it.</param>
public readonly record struct OverlapProgress(string Stage, int Done, int Total);
