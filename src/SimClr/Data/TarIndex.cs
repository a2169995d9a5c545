using System.Formats.Tar;
using System.Globalization;

namespace SimClr.Data;

/// <summary>Where an image lies in a shard.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="Name">The member's name.</param>
/// <param name="Offset">Bytes from the begin of the shard.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Label">Its class, or −1.</param>
internal readonly record struct TarMember(int Shard, string Name, long Offset, int Length, int Label);

/// <summary>Reads the headers of one shard.</summary>
internal static class TarIndex
{
    private const int MostClasses = 1_000_000;

    /// <exception cref="DataException">Not a plain tar file, cut off, or with a class that is not a number.</exception>
    public static List<TarMember> Of(string shard, int number)
    {
        try
        {
            using var stream = File.OpenRead(shard);
            return Read(stream, shard, number);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or FormatException)
        {
            throw new DataException($"{shard} cannot be read as a plain tar file: {error.Message}", error);
        }
    }

    private static List<TarMember> Read(FileStream stream, string shard, int number)
    {
        if (stream.Length > 1 && (stream.ReadByte(), stream.ReadByte()) == (0x1f, 0x8b))
        {
            throw new InvalidDataException("it is gzipped, and a compressed shard cannot be read by offset; unpack it with gunzip");
        }

        stream.Position = 0;
        List<TarMember> images = [];
        Dictionary<string, int> labels = [];
        using var tar = new TarReader(stream, leaveOpen: true);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || Path.GetFileName(entry.Name).StartsWith('.'))
            {
                continue;
            }

            if (entry.DataOffset + entry.Length > stream.Length)
            {
                throw new EndOfStreamException($"it is cut off within {entry.Name}");
            }

            if (ImageDecoder.KnowsExtensionOf(entry.Name))
            {
                images.Add(new TarMember(number, entry.Name, entry.DataOffset, checked((int)entry.Length), -1));
            }
            else if (entry.Name.EndsWith(".cls", StringComparison.OrdinalIgnoreCase) && !labels.TryAdd(KeyOf(entry.Name), ReadClass(entry)))
            {
                throw new DataException($"{shard}: two .cls members have the key '{KeyOf(entry.Name)}'; a key ends at the first dot of the file name");
            }
        }

        return [.. images.Select(image => image with { Label = labels.GetValueOrDefault(KeyOf(image.Name), -1) })];
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
            : throw new FormatException($"{entry.Name}: got '{text}', expected the number of a class, 0 to {MostClasses - 1}");
    }
}
