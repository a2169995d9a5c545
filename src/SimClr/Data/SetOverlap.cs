using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Images that are in two sets: the same file or record by whatever path, a file of the same bytes, or, of small sets, the
/// same pixels. Files are read only where one of the other set has their length, and no more than 512 MB of them: of very
/// large sets of copies some may be missed. Pixels are decoded only of sets of 2,000 images together that are not files
/// alone, and where something is left to compare. An image that cannot be read is in no set: those that are shared are
/// tried, the first 2,000 of them and no more than 64 MB. What was found out of a set is kept for the next comparison.
/// </summary>
/// <param name="progress">Takes how far it is, from several threads, one at a time.</param>
/// <param name="cancellation">Stops between two images.</param>
internal sealed class SetOverlap(IProgress<OverlapProgress>? progress = null, CancellationToken cancellation = default)
{
    private const long MaxBytes = 512L << 20;
    private const int MaxDecoded = 2000;
    private const long MaxTriedBytes = 64L << 20;
    private const long UsualBytes = 128L << 10;   // of an image whose length is not known: a member of an archive

    private readonly Dictionary<ImageDataSet, Contents> known = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, string> folders = new();
    private readonly ConcurrentDictionary<string, string?> fileHashes = new();
    private readonly Lock gate = new();

    /// <summary>Counts the images of a set that any of the others has too.</summary>
    /// <param name="set">What is counted in, such as the test images.</param>
    /// <param name="others">The others, such as the training and validation images.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public int Count(ImageDataSet set, params IReadOnlyList<ImageDataSet> others)
    {
        Contents one = Of(set);
        bool[] shared = new bool[set.Count];
        foreach (ImageDataSet other in others)
        {
            Share(one, Of(other), shared);
        }

        LeaveOutUnreadable(one, shared);
        return shared.Count(image => image);
    }

    private Contents Of(ImageDataSet images)
    {
        if (!known.TryGetValue(images, out Contents? contents))
        {
            contents = new Contents(images);
            ForEach("finding the files", images.Count, index => contents.Places[index] = ImagePlace.Of(images.PathOf(index), folders));
            known.Add(images, contents);
        }

        return contents;
    }

    private void Share(Contents one, Contents other, bool[] shared)
    {
        SamePlaces(one, other, shared);
        SameBytes(one, other, shared);
        SamePixels(one, other, shared);
    }

    private static void SamePlaces(Contents one, Contents other, bool[] shared)
    {
        HashSet<string> places = [.. other.Places.Select(place => place.Path)];
        foreach (int index in Unshared(shared))
        {
            shared[index] = places.Contains(one.Places[index].Path);
        }
    }

    private void SameBytes(Contents one, Contents other, bool[] shared)
    {
        ILookup<long, string> byLength = other.Places.Where(place => place.Bytes > 0).ToLookup(place => place.Bytes!.Value, place => place.Path);
        var compared = new List<int>();
        HashSet<string> files = [];
        long left = MaxBytes;
        foreach (IGrouping<long, int> rest in Unshared(shared)
            .Where(index => one.Places[index].Bytes is > 0 and var bytes && byLength.Contains(bytes))
            .GroupBy(index => one.Places[index].Bytes!.Value).OrderBy(group => group.Key))
        {
            string[] candidates = [.. byLength[rest.Key].Distinct()];
            left -= rest.Key * (candidates.Length + rest.Count());
            if (left < 0)
            {
                break;
            }

            compared.AddRange(rest);
            files.UnionWith(candidates);
        }

        string[] read = [.. files.Concat(compared.Select(index => one.Places[index].Path)).Distinct().Where(file => !fileHashes.ContainsKey(file))];
        ForEach("comparing files of the same length", read.Length, index => fileHashes[read[index]] = HashOf(read[index]));
        HashSet<string?> hashes = [.. files.Select(file => fileHashes[file])];
        foreach (int index in compared)
        {
            shared[index] = fileHashes[one.Places[index].Path] is { } hash && hashes.Contains(hash);
        }
    }

    /// <summary>Where one of both is no file of its own: members of archives, records, images in memory.</summary>
    private void SamePixels(Contents one, Contents other, bool[] shared)
    {
        int[] rest = [.. Unshared(shared).Where(index => one.Places[index].Bytes != 0)];
        if (rest.Length == 0 || (one.AreFiles && other.AreFiles) || one.Images.Count + other.Images.Count > MaxDecoded)
        {
            return;
        }

        Decode(one, rest);
        Decode(other, Enumerable.Range(0, other.Images.Count).Where(index => other.Places[index].Bytes != 0));
        HashSet<string> hashes = [.. other.PixelHashes.Values.OfType<string>()];
        foreach (int index in rest)
        {
            shared[index] = one.PixelHashes[index] is { } hash && hashes.Contains(hash);
        }
    }

    private void LeaveOutUnreadable(Contents one, bool[] shared)
    {
        long bytes = 0;
        int[] tried = [.. shared.Index().Where(image => image.Item).Select(image => image.Index)
            .Where(index => !(one.Images.IsDecoded && one.Places[index].Bytes is null))
            .Take(MaxDecoded).TakeWhile(index => (bytes += one.Places[index].Bytes ?? UsualBytes) <= MaxTriedBytes)];
        Decode(one, tried.Where(index => one.Places[index].Bytes != 0));
        foreach (int index in tried)
        {
            shared[index] = one.PixelHashes.GetValueOrDefault(index) is not null;
        }
    }

    private void Decode(Contents contents, IEnumerable<int> images)
    {
        int[] missing = [.. images.Where(index => !contents.PixelHashes.ContainsKey(index))];
        ForEach("comparing pixels", missing.Length, index => contents.PixelHashes[missing[index]] = PixelsOf(contents.Images, missing[index]));
    }

    private void ForEach(string stage, int count, Action<int> work)
    {
        int done = 0;
        try
        {
            _ = Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, index =>
            {
                work(index);
                if (progress is not null)
                {
                    lock (gate)
                    {
                        progress.Report(new OverlapProgress(stage, ++done, count));
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

    private static string? HashOf(string file)
    {
        try
        {
            using FileStream stream = PlainFile.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;   // Told where it is read in earnest.
        }
    }

    private static string? PixelsOf(ImageDataSet images, int index)
    {
        try
        {
            RgbImage image = images.Read(index);
            string hash = $"{image.Width} {image.Height} {Convert.ToHexString(SHA256.HashData(image.Pixels))}";
            images.Recycle(index, image);
            return hash;
        }
        catch (UnreadableImageException)
        {
            return null;
        }
    }

    /// <summary>What is known of a set; hashes only of what was read, null where it could not be.</summary>
    private sealed class Contents(ImageDataSet images)
    {
        public ImageDataSet Images => images;

        public ImagePlace[] Places { get; } = new ImagePlace[images.Count];

        public ConcurrentDictionary<int, string?> PixelHashes { get; } = new();

        public bool AreFiles => Array.TrueForAll(Places, place => place.Bytes is not null);
    }
}

/// <summary>How far a comparison of two sets is.</summary>
/// <param name="Stage">What is being done, in words.</param>
/// <param name="Done">Images of it that are done.</param>
/// <param name="Total">All images of it.</param>
internal readonly record struct OverlapProgress(string Stage, int Done, int Total);
