using System.Runtime.InteropServices;
using System.Text;

namespace SimClr.Data;

/// <summary>What a packed file says about its images, apart from their pixels.</summary>
internal sealed class PackIndex
{
    private const int EntryBytes = 13;   // Width, height, label, and a path of no characters.

    /// <summary>Of the set that was packed, or of what was left of it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The classes by number, or null for a set without labels.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>
    /// For a set whose images may have several classes: what is known of each class, image by image
    /// (<see cref="MultiLabelMarks"/>); no image then has a label. Files of other sets end with their entries.
    /// </summary>
    public IReadOnlyList<sbyte[]>? MultiLabels { get; init; }

    /// <summary>The images, in the order of their pixels.</summary>
    public required IReadOnlyList<PackEntry> Entries { get; init; }

    /// <summary>Bytes of all pixels.</summary>
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

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">It contradicts itself.</exception>
    public static PackIndex Parse(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            string fingerprint = reader.ReadString();
            int classes = reader.ReadInt32();
            string[]? names = classes < 0 ? null : ReadMany(reader, classes, 1, reader.ReadString);
            PackEntry[] entries = ReadMany(reader, reader.ReadInt32(), EntryBytes, () => ReadEntry(reader));
            sbyte[][]? presence = ReadMultiLabels(bytes.AsSpan((int)reader.BaseStream.Position), entries.Length, names?.Length ?? 0);
            int? labels = presence is null ? names?.Length : null;
            return entries.Cast<PackEntry?>().FirstOrDefault(entry => !IsPossible(entry!.Value, labels)) is { } entry
                ? throw new FormatException($"{entry.Path} has {entry.Width} × {entry.Height} pixels and the class {entry.Label}")
                : new PackIndex { Fingerprint = fingerprint, ClassNames = names, MultiLabels = presence, Entries = entries };
        }
        catch (EndOfStreamException error)
        {
            throw new FormatException("it ends too early", error);
        }
    }

    /// <param name="reader">At the first item.</param>
    /// <param name="count">How many the index claims.</param>
    /// <param name="bytes">
    /// Each takes at least as many: a count that is no count never allocates more than a small multiple of the file.
    /// </param>
    /// <param name="read">Reads one.</param>
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

/// <summary>One image of a packed file.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Label">Its class, −1 in a set without labels.</param>
/// <param name="Path">Where it was in the set that was packed.</param>
internal readonly record struct PackEntry(int Width, int Height, int Label, string Path)
{
    /// <summary>Bytes of its pixels; in a broken file only more than an array can hold, or beyond what a number can say and below 0.</summary>
    public long Bytes => 3L * Width * Height;
}
