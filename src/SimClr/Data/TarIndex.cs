using System.Formats.Tar;
using System.Globalization;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>Where an image lies in a shard.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="Name">The member's name.</param>
/// <param name="Offset">Bytes from the begin of the shard.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Label">Its class, or −1.</param>
internal readonly record struct TarMember(int Shard, string Name, long Offset, int Length, int Label);

/// <summary>Reads the headers of one shard.</summary>
internal sealed class TarIndex
{
    private const int Block = 512;
    private const int MostClasses = 1_000_000;
    private readonly List<TarMember> images = [];
    private readonly Dictionary<string, int> labels = [];

    private TarIndex()
    {
    }

    /// <summary>The images of a shard in its order, with their classes.</summary>
    /// <exception cref="DataException">Not a plain tar file, cut off, or with a class that is not a number.</exception>
    public static IEnumerable<TarMember> Of(string shard, int number)
    {
        var index = new TarIndex();
        try
        {
            using var stream = PlainFile.OpenRead(shard);
            index.Read(stream, number);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DataException($"{shard} cannot be read as a plain tar file: {error.Message}", error);
        }

        return index.images.Select(
            image => image with { Label = index.labels.GetValueOrDefault(KeyOf(image.Name), -1) });
    }

    private void Read(FileStream stream, int number)
    {
        if ((stream.ReadByte(), stream.ReadByte()) == (0x1f, 0x8b))
        {
            throw new InvalidDataException(
                "it is gzipped, and a compressed shard cannot be read by offset; unpack it with gunzip");
        }

        stream.Position = 0;
        using var tar = new TarReader(stream, leaveOpen: true);
        (string last, long end) = ("its begin", 0);
        while (tar.GetNextEntry() is { } entry)
        {
            (last, end) = (entry.Name, Math.Max(end, EndOf(entry)));
            bool hidden = Path.GetFileName(entry.Name).StartsWith('.');
            if (entry.DataStream is null || hidden)
            {
                continue;
            }

            if (entry.DataOffset + entry.Length > stream.Length)
            {
                throw new EndOfStreamException($"it is cut off within {entry.Name}");
            }

            Add(entry, number);
        }

        // The reader takes the end of the file for the end of the shard; a whole one ends in a block of zeros.
        if (stream.Position < end + Block)
        {
            throw new EndOfStreamException($"it is cut off after {last}: the zeros at its end are missing");
        }
    }

    private static long EndOf(TarEntry entry)
        => entry.DataStream is null ? 0 : entry.DataOffset + ((entry.Length + Block - 1) / Block * Block);

    private void Add(TarEntry entry, int number)
    {
        if (ImageDecoder.KnowsExtensionOf(entry.Name) && entry.Length <= Array.MaxLength)
        {
            images.Add(new TarMember(number, entry.Name, entry.DataOffset, (int)entry.Length, -1));
        }
        else if (entry.Name.EndsWith(".cls", StringComparison.OrdinalIgnoreCase)
            && !labels.TryAdd(KeyOf(entry.Name), ReadClass(entry)))
        {
            throw new InvalidDataException(
                $"two .cls members have the key '{KeyOf(entry.Name)}'; a key ends at the first dot of the file name");
        }
    }

    private static string KeyOf(string name)
    {
        int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return name[..dot];
    }

    private static int ReadClass(TarEntry entry)
    {
        using var reader = new StreamReader(entry.DataStream!);
        string text = entry.Length <= 32 ? reader.ReadToEnd().Trim() : $"{entry.Length} bytes";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int label) && label < MostClasses
            ? label
            : throw new InvalidDataException(
                $"{entry.Name} holds '{text}', expected the number of a class, 0 to {MostClasses - 1}");
    }
}
