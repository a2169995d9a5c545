using System.Collections.Concurrent;
using System.Security.Cryptography;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Images that are in two sets: the same file or record by whatever path, a file of the same bytes, or, of small sets, the
/// same pixels. Files are read only where one of the other set has their length, and no more than 512 MB of them: of very
/// large sets of copies some may be missed. What cannot be read as an image is in no set; so is told of 2,000 images, and the
/// rest believed.
/// </summary>
internal sealed class SetOverlap
{
    private const long MaxBytes = 512L << 20;
    private const int MaxDecoded = 2000;

    private readonly ImageDataSet images;
    private readonly Place[] places;

    private SetOverlap(ImageDataSet images)
    {
        this.images = images;
        var folders = new ConcurrentDictionary<string, string>();
        places = [.. ParallelEnumerable.Range(0, images.Count).AsOrdered().Select(index => Place.Of(images.PathOf(index), folders))];
    }

    /// <summary>Counts the images of a set that any of the others has too.</summary>
    /// <param name="set">What is counted in, such as the test images.</param>
    /// <param name="others">The others, such as the training and validation images.</param>
    public static int Count(ImageDataSet set, params IReadOnlyList<ImageDataSet> others)
    {
        var one = new SetOverlap(set);
        bool[][] shared = [.. others.Select(other => one.SharedWith(new SetOverlap(other)))];
        int[] found = [.. Enumerable.Range(0, set.Count).Where(image => shared.Any(with => with[image]))];
        return found.Length - found.Take(MaxDecoded).AsParallel().Count(image => one.PixelsOf(image) is null);
    }

    private bool[] SharedWith(SetOverlap other)
    {
        bool[] shared = SamePlaces(other);
        SameBytes(other, shared);
        SamePixels(other, shared);
        return shared;
    }

    private bool[] SamePlaces(SetOverlap other)
    {
        HashSet<string> known = [.. other.places.Select(place => place.Path)];
        return [.. places.Select(place => known.Contains(place.Path))];
    }

    private void SameBytes(SetOverlap other, bool[] shared)
    {
        ILookup<long, string> byLength = other.places.Where(place => place.Bytes > 0).ToLookup(place => place.Bytes, place => place.Path);
        long left = MaxBytes;
        foreach (IGrouping<long, int> rest in Unshared(shared).GroupBy(index => places[index].Bytes).OrderBy(group => group.Key))
        {
            string[] candidates = [.. byLength[rest.Key].Distinct()];
            left -= candidates.Length == 0 ? 0 : rest.Key * (candidates.Length + rest.Count());
            if (left < 0)
            {
                return;
            }

            if (candidates.Length > 0)
            {
                HashSet<string?> known = [.. candidates.AsParallel().Select(HashOf)];
                foreach (int index in rest)
                {
                    shared[index] = HashOf(places[index].Path) is { } hash && known.Contains(hash);
                }
            }
        }
    }

    /// <summary>Where one of both is no file of its own: members of archives, records, images in memory.</summary>
    private void SamePixels(SetOverlap other, bool[] shared)
    {
        bool files = Array.TrueForAll(places, place => place.Bytes > 0) && Array.TrueForAll(other.places, place => place.Bytes > 0);
        if (files || images.Count + other.images.Count > MaxDecoded)
        {
            return;
        }

        HashSet<string?> known = [.. ParallelEnumerable.Range(0, other.images.Count).Select(other.PixelsOf)];
        int[] rest = [.. Unshared(shared)];
        string?[] hashes = [.. rest.AsParallel().AsOrdered().Select(PixelsOf)];
        foreach ((int place, int index) in rest.Index())
        {
            shared[index] = hashes[place] is { } hash && known.Contains(hash);
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

    private string? PixelsOf(int index)
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

    /// <summary>Where an image is, with links resolved.</summary>
    /// <param name="Path">The file, or what names a member of a larger one.</param>
    /// <param name="Bytes">Length of the file; 0 where it is no file of its own.</param>
    private readonly record struct Place(string Path, long Bytes)
    {
        public static Place Of(string path, ConcurrentDictionary<string, string> folders)
        {
            string full = System.IO.Path.GetFullPath(path);
            try
            {
                var file = new FileInfo(InRealFolder(full, folders));
                file = file is { Exists: true, LinkTarget: not null } ? new FileInfo(RealPath.Of(full)) : file;
                return new Place(file.FullName, file.Exists ? file.Length : 0);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return new Place(full, 0);
            }
        }

        private static string InRealFolder(string full, ConcurrentDictionary<string, string> folders)
            => System.IO.Path.GetDirectoryName(full) is { } parent
                ? System.IO.Path.Join(folders.GetOrAdd(parent, folder => Real(folder, folders)), System.IO.Path.GetFileName(full))
                : full;

        // What names a member of an archive as a folder is none.
        private static string Real(string folder, ConcurrentDictionary<string, string> folders)
            => Directory.Exists(folder) || File.Exists(folder) ? RealPath.Of(folder) : InRealFolder(folder, folders);
    }
}
