using System.Buffers.Binary;
using System.Text;

namespace SimClr.Data;

/// <summary>A member of a tar file.</summary>
/// <param name="Name">The path, as stored in the archive.</param>
/// <param name="Kind">The kind of member.</param>
/// <param name="Link">The target of a link, as stored in the archive; empty for other members.</param>
/// <param name="Offset">The start of the content, in bytes from the beginning of the archive.</param>
/// <param name="Length">The length of the content in bytes.</param>
internal readonly record struct TarHeader(string Name, TarKind Kind, string Link, long Offset, long Length);

/// <summary>The kind of a tar member.</summary>
internal enum TarKind
{
    File,
    Folder,
    HardLink,
    SymbolicLink,
    Other,
}

/// <summary>
/// Reads a tar file (v7, ustar, pax, GNU) member by member. System.Formats.Tar is not used because it throws arbitrary
/// exceptions for a damaged file and allocates as much memory as a header claims.
/// </summary>
/// <param name="stream">
/// The archive, from its beginning; content is skipped by seeking if the stream supports it.
/// </param>
/// <param name="spend">An action that receives the number of bytes read or skipped; it may throw.</param>
internal sealed class TarHeaders(Stream stream, Action<long>? spend = null)
{
    public const int Block = 512;

    private const int MaxExtension = 1 << 20;   // In bytes; a path has at most a few thousand.
    private const int MaxExtensions = 16;   // Per member; GNU and pax write two or three.

    private readonly byte[] block = new byte[Block];
    private string last = "its beginning";
    private long position;
    private long unread;
    private long padding;

    /// <summary>Reads the header of the next member; returns null at the end of the archive.</summary>
    /// <exception cref="EndOfStreamException">The file ends before the archive does.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, is not a tar file, or has a sparse member.
    /// </exception>
    public TarHeader? Next()
    {
        Skip(unread + padding);
        (unread, padding) = (0, 0);
        var extension = new TarExtension();
        for (int extensions = 0; extensions <= MaxExtensions; extensions++)
        {
            ReadBlock();
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                return extensions == 0 ? null
                    : throw new InvalidDataException($"it ends within a header, after {last}");
            }

            RequireChecksum();
            char type = (char)block[156];
            if (type is not ('x' or 'X' or 'g' or 'L' or 'K'))
            {
                return Member(type, extension);
            }

            long length = Number(block.AsSpan(124, 12), $"the length of the extended header after {last}");
            byte[] content = ReadExtension(length);
            if (type != 'g')   // Global records describe the archive, not the name of a member.
            {
                extension.Add(type, content);
            }
        }

        throw new InvalidDataException($"more than {MaxExtensions} consecutive extended headers after {last}");
    }

    /// <summary>Reads from the content of the member that <see cref="Next"/> returned.</summary>
    /// <returns>The number of bytes read; 0 at the end of the content.</returns>
    /// <exception cref="EndOfStreamException">The file ends within the content.</exception>
    public int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, unread);
        if (wanted == 0)
        {
            return 0;
        }

        int read = stream.Read(buffer[..wanted]);
        unread -= read > 0 ? read : throw Truncated();
        Advance(read);
        return read;
    }

    private TarHeader Member(char type, TarExtension extension)
    {
        string name = extension.Path ?? HeaderName();
        last = extension.SparseName ?? name;
        if (type == 'S' || extension.IsSparse)
        {
            throw new InvalidDataException(
                $"{last} is a sparse member, which is not supported; run tar again without -S");
        }

        TarKind kind = type switch
        {
            '0' or '\0' or '7' => name.EndsWith('/') ? TarKind.Folder : TarKind.File,
            '1' => TarKind.HardLink,
            '2' => TarKind.SymbolicLink,
            '5' => TarKind.Folder,
            _ => TarKind.Other,
        };

        // Links, devices, folders and pipes have no content, whatever the length field says.
        bool hasContent = type is not (>= '1' and <= '6');
        long length = hasContent ? extension.Length ?? Number(block.AsSpan(124, 12), $"the length of {last}") : 0;
        if (length > long.MaxValue - position - Block || (stream.CanSeek && position + length > stream.Length))
        {
            throw Truncated();
        }

        (unread, padding) = (length, (Block - (length % Block)) % Block);
        bool isLink = kind is TarKind.HardLink or TarKind.SymbolicLink;
        string link = isLink ? extension.Link ?? Text(block.AsSpan(157, 100)) : "";
        return new TarHeader(name, kind, link, position, length);
    }

    private string HeaderName()
    {
        string name = Text(block.AsSpan(0, 100));
        bool hasPrefix = block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) && block[345] != 0;
        return hasPrefix ? $"{Text(block.AsSpan(345, 155))}/{name}" : name;
    }

    private byte[] ReadExtension(long length)
    {
        if (length > MaxExtension)
        {
            throw new InvalidDataException(
                $"an extended header of {length} bytes after {last}, expected at most {MaxExtension}");
        }

        byte[] content = new byte[length];
        if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < length)
        {
            throw Truncated();
        }

        Advance(length);
        Skip((Block - (length % Block)) % Block);
        return content;
    }

    private void ReadBlock()
    {
        if (stream.ReadAtLeast(block, Block, throwOnEndOfStream: false) < Block)
        {
            throw new EndOfStreamException($"it is cut off after {last}: the zeros at its end are missing");
        }

        Advance(Block);
    }

    private void Skip(long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            Advance(bytes);
            return;
        }

        byte[] buffer = bytes > 0 ? new byte[Math.Min(bytes, 1 << 16)] : [];
        for (int read; bytes > 0; bytes -= read)
        {
            read = stream.Read(buffer, 0, (int)Math.Min(bytes, buffer.Length));
            Advance(read > 0 ? read : throw Truncated());
        }
    }

    private void Advance(long bytes)
    {
        position += bytes;
        spend?.Invoke(bytes);
    }

    private EndOfStreamException Truncated() => new($"it is cut off within {last}");

    private void RequireChecksum()
    {
        int sum = 8 * ' ';   // The checksum field itself counts as spaces.
        int high = 0;
        for (int i = 0; i < Block; i++)
        {
            bool counts = i is < 148 or >= 156;
            sum += counts ? block[i] : 0;
            high += counts && block[i] >= 128 ? 1 : 0;
        }

        // Some old programs add up signed bytes.
        long stored = Octal(block.AsSpan(148, 8)) ?? -1;
        if (stored != sum && stored != sum - (256 * high))
        {
            throw new InvalidDataException(
                $"at byte {position - Block}, after {last}, there is no tar header (its checksum does not match)");
        }
    }

    /// <summary>Parses a number: octal digits, or (GNU) binary after a first byte of 0x80.</summary>
    private static long Number(ReadOnlySpan<byte> field, string what)
    {
        long? number = field[0] >= 0x80 ? Binary(field) : Octal(field);
        return number ?? throw new InvalidDataException($"{what} is not a number: '{Text(field)}'");
    }

    private static long? Binary(ReadOnlySpan<byte> field)
        => field[0] == 0x80 && !field[1..^8].ContainsAnyExcept((byte)0) && field[^8] < 0x80
            ? (long)BinaryPrimitives.ReadUInt64BigEndian(field[^8..])
            : null;

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> digits = field.TrimStart(" \0"u8);
        int end = digits.IndexOfAny((byte)' ', (byte)0);
        digits = end < 0 ? digits : digits[..end];
        long number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            number = (8 * number) + (digit - '0');
        }

        return number;
    }

    internal static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
