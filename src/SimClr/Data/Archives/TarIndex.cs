using System.Globalization;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The location of an image in a shard.</summary>
/// <param name="Shard">The number of the shard.</param>
/// <param name="Name">The name of the member.</param>
/// <param name="Offset">The offset in bytes from the beginning of the shard.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Label">The class of the image, or −1.</param>
internal readonly record struct TarMember(int Shard, string Name, long Offset, long Length, int Label);

/// <summary>An index of the images of a shard, built from its headers.</summary>
internal sealed class TarIndex
{
    private const int MaxClasses = 1_000_000;
    private const int MaxClassBytes = 32;

    private readonly int number;
    private readonly TarLinks links = new();
    private readonly List<TarMember> images = [];
    private readonly List<(string Name, string Link)> danglingImages = [];
    private readonly List<(string Name, string Link)> danglingLabels = [];
    private readonly List<string> labelsWithoutImage = [];
    private readonly SortedDictionary<string, int> unsupportedFormats = new(StringComparer.Ordinal);

    private TarIndex(int number) => this.number = number;

    /// <summary>
    /// The images in archive order, with their classes; a link to another member of the shard is resolved.
    /// </summary>
    public IReadOnlyList<TarMember> Images => images;

    /// <summary>The images that are links to files that the shard does not contain.</summary>
    public IReadOnlyList<(string Name, string Link)> DanglingImages => danglingImages;

    /// <summary>The <c>.cls</c> members that are links to files that the shard does not contain.</summary>
    public IReadOnlyList<(string Name, string Link)> DanglingLabels => danglingLabels;

    /// <summary>
    /// The <c>.cls</c> members without an image of the same key, whether of a supported format or not.
    /// </summary>
    public IReadOnlyList<string> LabelsWithoutImage => labelsWithoutImage;

    /// <summary>The number of images of unsupported formats, by extension.</summary>
    public IReadOnlyDictionary<string, int> UnsupportedFormats => unsupportedFormats;

    /// <summary>Reads the headers of a shard.</summary>
    /// <exception cref="DataException">
    /// The shard is not a plain tar file, is cut off, or has a class that is not a number.
    /// </exception>
    public static TarIndex ReadShard(string shard, int number)
    {
        var index = new TarIndex(number);
        try
        {
            using var stream = RegularFile.OpenRead(shard);
            index.Read(stream, shard);
            return index;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DataException($"{shard} cannot be read as a plain tar file: {error.Message}", error);
        }
    }

    private void Read(FileStream stream, string shard)
    {
        RequirePlain(stream, shard);
        var headers = new TarHeaders(stream);
        List<TarHeader> pictures = [];
        List<TarHeader> classes = [];
        HashSet<string> keys = [];
        while (headers.Next() is { } header)
        {
            links.Add(header);
            bool isHidden = Path.GetFileName(header.Name).StartsWith('.');
            if (isHidden || header.Kind is not (TarKind.File or TarKind.HardLink or TarKind.SymbolicLink))
            {
                continue;
            }

            if (IsClass(header.Name))
            {
                classes.Add(header);
            }
            else if (ImageDecoder.KnowsExtensionOf(header.Name))
            {
                pictures.Add(header);
                keys.Add(KeyOf(header.Name));
            }
            else if (UnsupportedImageExtensions.TryCount(header.Name, unsupportedFormats))
            {
                keys.Add(KeyOf(header.Name));
            }
        }

        Dictionary<string, int> labels = ReadLabels(stream, classes);
        labelsWithoutImage.AddRange(classes.Select(header => header.Name).Where(name => !keys.Contains(KeyOf(name))));
        foreach (TarHeader header in pictures)
        {
            if (links.Find(header) is { } place)
            {
                images.Add(new TarMember(
                    number, header.Name, place.Offset, place.Length, labels.GetValueOrDefault(KeyOf(header.Name), -1)));
            }
            else
            {
                danglingImages.Add((header.Name, header.Link));
            }
        }
    }

    private static void RequirePlain(FileStream stream, string shard)
    {
        byte[] start = new byte[TarHeaders.Block];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (TarCompression.Detect(start.AsSpan(0, length), shard) is { } found)
        {
            throw new InvalidDataException(
                $"it is compressed ({found.Kind}), and a compressed shard cannot be read by offset; "
                    + $"unpack it with {found.Tool}");
        }

        stream.Position = 0;
    }

    private Dictionary<string, int> ReadLabels(FileStream stream, List<TarHeader> classes)
    {
        Dictionary<string, int> labels = [];
        foreach (TarHeader header in classes)
        {
            if (links.Find(header) is not { } place)
            {
                danglingLabels.Add((header.Name, header.Link));
            }
            else if (!labels.TryAdd(KeyOf(header.Name), ReadClass(stream, header.Name, place.Offset, place.Length)))
            {
                throw new InvalidDataException(
                    $"two .cls members have the key '{KeyOf(header.Name)}'; "
                        + "a key ends at the first dot of the file name");
            }
        }

        return labels;
    }

    private static bool IsClass(string name) => name.EndsWith(".cls", StringComparison.OrdinalIgnoreCase);

    private static string KeyOf(string name)
    {
        int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return name[..dot];
    }

    private static int ReadClass(FileStream stream, string name, long offset, long length)
    {
        string text = $"{length} bytes";
        if (length <= MaxClassBytes)
        {
            byte[] bytes = new byte[length];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            using var reader = new StreamReader(new MemoryStream(bytes));
            text = reader.ReadToEnd().Trim();
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int label) && label < MaxClasses
            ? label
            : throw new InvalidDataException(
                $"{name} holds '{text}', expected the number of a class, 0 to {MaxClasses - 1}");
    }
}
