using System.Buffers.Binary;
using System.IO.Compression;

namespace SimClr.Data;

/// <summary>
/// Reads the data elements of a MAT-file in sequence: tag, data, padding to 8 bytes. It never reads beyond the given
/// bytes, and allocates only as much as they fill.
/// </summary>
/// <param name="path">The file, for messages.</param>
/// <param name="bytes">The bytes of the elements.</param>
/// <param name="bigEndian">Whether the most significant byte comes first.</param>
/// <param name="origin">
/// The offset of the elements in the file, for messages; negative within a compressed element.
/// </param>
/// <param name="budget">
/// The number of bytes that may still be inflated, over all compressed elements of the file.
/// </param>
internal sealed class MatElements(
    string path, ReadOnlyMemory<byte> bytes, bool bigEndian, int origin, InflationBudget budget)
{
    private const int Compressed = 15;
    private const int TagBytes = 8;

    private int position;

    public bool IsAtEnd => position >= bytes.Length;

    /// <summary>The number of bytes left, an upper bound for any count.</summary>
    public int Left => bytes.Length - position;

    /// <summary>Reads the next element and returns its type and its data, inflated if necessary.</summary>
    /// <exception cref="DataException">The data ends too early.</exception>
    public (int Type, MatElements Data) Next()
    {
        int begin = position;
        int first = ReadInt32(Take(4));
        if ((first >> 16) != 0)
        {
            return Small(first, begin);
        }

        int length = ReadInt32(Take(4));
        if (length < 0 || length > Left)
        {
            throw Damaged($"an element of {(uint)length} bytes at {Where(begin)}, but only {Left} bytes are left");
        }

        ReadOnlyMemory<byte> data = Take(length);
        if (first == Compressed)
        {
            return Inflate(data, begin).Next();
        }

        position += Math.Min(Left, -length & 7);
        return (first, Inner(data, begin + TagBytes));
    }

    /// <summary>Reads the next element, which must have one of the given types.</summary>
    /// <inheritdoc cref="Next()"/>
    public MatElements Next(string what, params ReadOnlySpan<int> types)
    {
        int begin = position;
        (int type, MatElements data) = Next();
        return types.Contains(type) ? data
            : throw Damaged($"an element of type {type} at {Where(begin)}, expected {what}");
    }

    public DataException Damaged(string found) => new($"{path}: the file is damaged: got {found}");

    /// <summary>Returns the data as 32-bit integers.</summary>
    public int[] ToInt32()
    {
        int[] values = new int[bytes.Length / 4];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ReadInt32(bytes.Slice(4 * i, 4));
        }

        return values;
    }

    /// <summary>Returns the data as bytes.</summary>
    public ReadOnlySpan<byte> ToBytes() => bytes.Span;

    /// <summary>Returns the data as numbers of a type of the format; null if the type is not numeric.</summary>
    public double[]? ToNumbers(int type)
    {
        int size = SizeOf(type);
        if (size == 0)
        {
            return null;
        }

        double[] values = new double[bytes.Length / size];
        Span<byte> number = stackalloc byte[8];
        for (int i = 0; i < values.Length; i++)
        {
            bytes.Span.Slice(i * size, size).CopyTo(number);
            if (bigEndian)
            {
                number[..size].Reverse();
            }

            values[i] = ToNumber(type, number);
        }

        return values;
    }

    private static int SizeOf(int type) => type switch
    {
        1 or 2 or 16 => 1,
        3 or 4 or 17 => 2,
        5 or 6 or 7 or 18 => 4,
        9 or 12 or 13 => 8,
        _ => 0,
    };

    private static double ToNumber(int type, ReadOnlySpan<byte> little) => type switch
    {
        1 => (sbyte)little[0],
        2 or 16 => little[0],
        3 => BinaryPrimitives.ReadInt16LittleEndian(little),
        4 or 17 => BinaryPrimitives.ReadUInt16LittleEndian(little),
        5 => BinaryPrimitives.ReadInt32LittleEndian(little),
        6 or 18 => BinaryPrimitives.ReadUInt32LittleEndian(little),
        7 => BinaryPrimitives.ReadSingleLittleEndian(little),
        9 => BinaryPrimitives.ReadDoubleLittleEndian(little),
        12 => BinaryPrimitives.ReadInt64LittleEndian(little),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(little),
    };

    /// <summary>
    /// Reads a small element, whose tag contains up to four bytes of data: the upper half of its first number is their
    /// length.
    /// </summary>
    private (int Type, MatElements Data) Small(int first, int begin)
    {
        int length = first >> 16;
        ReadOnlyMemory<byte> data = Take(4);
        return length is >= 0 and <= 4
            ? (first & 0xFFFF, Inner(data[..length], begin + 4))
            : throw Damaged($"a small element of {length} bytes at {Where(begin)}, expected at most 4");
    }

    private MatElements Inflate(ReadOnlyMemory<byte> data, int begin)
    {
        if (origin < 0)
        {
            throw Damaged($"a compressed element within a compressed one at {Where(begin)}");
        }

        try
        {
            using var zlib = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            var inflated = new MemoryStream();
            byte[] buffer = new byte[1 << 16];
            for (int read = zlib.Read(buffer); read > 0; read = zlib.Read(buffer))
            {
                inflated.Write(buffer, 0, read);
                if ((budget.Remaining -= read) < 0)
                {
                    throw Damaged(
                        $"a compressed element at {Where(begin)} of more than {inflated.Length} "
                            + "bytes, more than labels can take");
                }
            }

            return new MatElements(
                path, inflated.GetBuffer().AsMemory(0, (int)inflated.Length), bigEndian, origin: -1, budget);
        }
        catch (InvalidDataException error)
        {
            throw new DataException(
                $"{path}: the file is damaged: the compressed element at {Where(begin)} cannot be "
                    + $"inflated ({error.Message})",
                error);
        }
    }

    private MatElements Inner(ReadOnlyMemory<byte> data, int begin)
        => new(path, data, bigEndian, origin < 0 ? -1 : origin + begin, budget);

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length > Left)
        {
            throw Damaged($"the end at {Where(bytes.Length)}, expected {length} more bytes; is the file complete?");
        }

        position += length;
        return bytes.Slice(position - length, length);
    }

    private int ReadInt32(ReadOnlyMemory<byte> four)
        => bigEndian
            ? BinaryPrimitives.ReadInt32BigEndian(four.Span)
            : BinaryPrimitives.ReadInt32LittleEndian(four.Span);

    private string Where(int offset)
        => origin < 0 ? $"byte {offset} of a compressed element" : $"byte {origin + offset}";
}
