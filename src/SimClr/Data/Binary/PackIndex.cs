using System.Runtime.InteropServices;
using System.Text;

namespace SimClr.Data;

/// <summary>The index of a packed file: the data about its images other than their pixels.</summary>
internal sealed class PackIndex
{
    private const int EntryBytes = 13;   // Width, height, label and an empty path.

    /// <summary>The fingerprint of the packed set, or of its readable images.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The class names by number; null for a set without labels.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>
    /// For each image, one mark per class (<see cref="MultiLabelMarks"/>) in a set whose images may have several
    /// classes; no image then has a label. The index of other sets ends with the entries.
    /// </summary>
    public IReadOnlyList<sbyte[]>? MultiLabels { get; init; }

    /// <summary>The images, in the order of their pixels.</summary>
    public required IReadOnlyList<PackEntry> Entries { get; init; }

    /// <summary>The number of bytes of all pixels.</summary>
    public long PixelBytes => Entries.Sum(entry => entry.Bytes);

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Fingerprint);
        writer.Write(ClassNames?.Count ?? -1);
        foreach (string name in ClassNames ?? [])
        {
            writer.Write(name);
        }

        writer.Write(Entries.Count);
        foreach (PackEntry entry in Entries)
        {
            writer.Write(entry.Width);
            writer.Write(entry.Height);
            writer.Write(entry.Label);
            writer.Write(entry.Path);
        }

        foreach (sbyte mark in MultiLabels?.SelectMany(marks => marks) ?? [])
        {
            writer.Write(mark);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Parses an index that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The index is inconsistent.</exception>
    public static PackIndex Parse(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            string fingerprint = reader.ReadString();
            int classes = reader.ReadInt32();
            string[]? names = classes < 0 ? null : ReadMany(reader, classes, 1, reader.ReadString);
            PackEntry[] entries = ReadMany(reader, reader.ReadInt32(), EntryBytes, () => ReadEntry(reader));
            sbyte[][]? presence = ReadMultiLabels(
                bytes.AsSpan((int)reader.BaseStream.Position), entries.Length, names?.Length ?? 0);
            int? labels = presence is null ? names?.Length : null;
            return entries.Cast<PackEntry?>().FirstOrDefault(entry => !IsPossible(entry!.Value, labels)) is { } entry
                ? throw new FormatException(
                    $"{entry.Path} has {entry.Width} × {entry.Height} pixels and the class {entry.Label}")
                : new PackIndex
                {
                    Fingerprint = fingerprint,
                    ClassNames = names,
                    MultiLabels = presence,
                    Entries = entries,
                };
        }
        catch (EndOfStreamException error)
        {
            throw new FormatException("it ends too early", error);
        }
    }

    /// <summary>Reads a list of items.</summary>
    /// <param name="reader">The reader, positioned at the first item.</param>
    /// <param name="count">The number of items that the index claims.</param>
    /// <param name="bytes">
    /// The minimum number of bytes per item, so that a corrupt count cannot allocate more than a small multiple of the
    /// file size.
    /// </param>
    /// <param name="read">The function that reads an item.</param>
    private static T[] ReadMany<T>(BinaryReader reader, int count, int bytes, Func<T> read)
    {
        if (count < 0 || count > (reader.BaseStream.Length - reader.BaseStream.Position) / bytes)
        {
            throw new FormatException($"it claims {count} items");
        }

        var items = new T[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = read();
        }

        return items;
    }

    private static PackEntry ReadEntry(BinaryReader reader)
        => new(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadString());

    private static bool IsPossible(PackEntry entry, int? classes)
    {
        bool labeled = classes is { } count ? entry.Label >= 0 && entry.Label < count : entry.Label == -1;
        return entry.Width > 0 && entry.Height > 0 && entry.Bytes > 0 && entry.Bytes <= Array.MaxLength && labeled;
    }

    private static sbyte[][]? ReadMultiLabels(ReadOnlySpan<byte> rest, int images, int classes)
    {
        if (rest.IsEmpty)
        {
            return null;
        }

        sbyte[] marks = MemoryMarshal.Cast<byte, sbyte>(rest).ToArray();
        return marks.Length == (long)images * classes
            && marks.All(mark => mark is MultiLabelMarks.Present or MultiLabelMarks.Absent or MultiLabelMarks.Difficult)
            ? [.. marks.Chunk(classes)]
            : throw new FormatException($"{rest.Length} bytes are left over");
    }
}

/// <summary>An image of a packed file.</summary>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Label">The class of the image; −1 in a set without labels.</param>
/// <param name="Path">The relative path of the image in the set that was packed.</param>
internal readonly record struct PackEntry(int Width, int Height, int Label, string Path)
{
    /// <summary>
    /// The number of bytes of the pixels. In a broken file it may exceed the maximum length of an array, or overflow
    /// and be negative.
    /// </summary>
    public long Bytes => 3L * Width * Height;
}
