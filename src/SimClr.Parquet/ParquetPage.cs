using System.Buffers.Binary;

namespace SimClr.Parquet;

/// <summary>A page of a column: a dictionary or values.</summary>
/// <param name="Header">The checked contents of the header.</param>
/// <param name="Bytes">The number of bytes that follow the header.</param>
/// <param name="Inflated">The number of bytes after decompression.</param>
/// <param name="Values">The number of the column's values in the page; 0 for a dictionary.</param>
/// <param name="LevelBytes">The number of uncompressed bytes before the values.</param>
/// <param name="IsCompressed">Whether the values are compressed, if the column is.</param>
internal sealed record ParquetPage(
    ThriftStruct Header, int Bytes, int Inflated, int Values, int LevelBytes, bool IsCompressed)
{
    private const int DataPage = 0;
    private const int DictionaryPage = 2;
    private const int DataPageOfVersion2 = 3;
    private const int Snappy = 1;
    private const int Zstandard = 6;
    private const int DeltaByteArray = 7;
    private const int MaxExpansion = 8;
    private const long Allowance = 32L << 20;

    /// <summary>Parses a header.</summary>
    /// <param name="header">The header as read from the file.</param>
    /// <param name="left">The number of values still missing from the column.</param>
    /// <exception cref="InvalidDataException">
    /// The header is not valid, or it claims more values than are missing.
    /// </exception>
    public static ParquetPage Parse(ThriftStruct header, long left)
    {
        int type = header.Number<int>(1) ?? -1;
        int inflated = header.Number<int>(2) ?? -1;
        int bytes = header.Number<int>(3) ?? -1;
        int field = type switch
        {
            DataPage => 5,
            DictionaryPage => 7,
            DataPageOfVersion2 => 8,
            _ => throw new InvalidDataException($"a page of type {type}"),
        };
        ThriftStruct about = header.Find<ThriftStruct>(field)
            ?? throw new InvalidDataException($"a page of type {type} without a description of its values");
        int count = about.Number<int>(1) ?? -1;
        int encoding = about.Number<int>(type == DataPageOfVersion2 ? 4 : 2) ?? -1;
        int definitions = type == DataPageOfVersion2 ? about.Number<int>(5) ?? 0 : 0;
        int repetitions = type == DataPageOfVersion2 ? about.Number<int>(6) ?? 0 : 0;
        if (inflated < 0
            || bytes < 0
            || count < 0
            || definitions < 0
            || repetitions < 0
            || (long)definitions + repetitions > bytes
            || (type == DictionaryPage ? count > Math.Max(1, inflated) : count > left))
        {
            throw new InvalidDataException(
                $"a page of {bytes} bytes, {inflated} inflated, with {count} values, expected at most {left}");
        }

        if (encoding == DeltaByteArray)
        {
            throw new InvalidDataException(
                "text in the encoding DELTA_BYTE_ARRAY, which is not supported; write it plain or with a dictionary");
        }

        ThriftStruct values = type == DataPageOfVersion2
            ? new ThriftStruct().With(1, count).With(2, about.Number<int>(2) ?? 0).With(
                3, about.Number<int>(3) ?? 0).With(4, encoding)
                .With(5, definitions).With(6, repetitions).With(7, about.Number<bool>(7) ?? true)
            : type == DictionaryPage ? new ThriftStruct().With(1, count).With(2, encoding)
            : new ThriftStruct().With(1, count).With(2, encoding).With(3, about.Number<int>(3) ?? 3).With(
                4, about.Number<int>(4) ?? 3);
        return new ParquetPage(
            new ThriftStruct().With(1, type).With(2, inflated).With(3, bytes).With(field, values), bytes, inflated,
            type == DictionaryPage ? 0 : count, definitions + repetitions,
            type != DataPageOfVersion2 || (about.Number<bool>(7) ?? true));
    }

    /// <summary>Checks the decompressed size of the page, as stated by its bytes, before it is decompressed.</summary>
    /// <exception cref="InvalidDataException">
    /// The size is larger than the header states, or than that of any page in a file of this size.
    /// </exception>
    public void RequireSizes(int codec, ReadOnlySpan<byte> bytes, long fileLength)
    {
        ReadOnlySpan<byte> packed = bytes[LevelBytes..];
        long said = !IsCompressed ? packed.Length : codec switch
        {
            0 => bytes.Length == Inflated ? Inflated
                : throw new InvalidDataException($"an uncompressed page of {bytes.Length} bytes, {Inflated} inflated"),
            Snappy => SnappySize(packed),
            Zstandard => ZstandardSize(packed),
            _ => Inflated,   // For other codecs, the package stops at this size.
        };
        long most = Allowance + (MaxExpansion * fileLength);
        if (Inflated > most || said > most)
        {
            throw new InvalidDataException(
                $"a page of {bytes.Length} bytes that inflates to {Math.Max(said, Inflated)}, more than "
                    + $"any in a file of {fileLength}");
        }
    }

    /// <summary>Returns the decompressed length, with which a block begins.</summary>
    private static long SnappySize(ReadOnlySpan<byte> packed)
    {
        long size = 0;
        for (int i = 0; i < Math.Min(5, packed.Length); i++)
        {
            size |= (long)(packed[i] & 0x7F) << (7 * i);
            if (packed[i] < 0x80)
            {
                return size;
            }
        }

        return packed.Length == 0 ? 0
            : throw new InvalidDataException("a page that is not compressed with the codec of its column");
    }

    /// <summary>
    /// Returns the maximum decompressed size of the frames (https://datatracker.ietf.org/doc/html/rfc8878, section
    /// 3.1.1): as stated by each frame, otherwise according to its blocks.
    /// </summary>
    private static long ZstandardSize(ReadOnlySpan<byte> packed)
    {
        const uint Frame = 0xFD2FB528;
        long size = 0;
        while (packed.Length >= 5 && BinaryPrimitives.ReadUInt32LittleEndian(packed) == Frame)
        {
            int descriptor = packed[4];
            bool single = (descriptor & 0x20) != 0;
            int dictionaryBytes = (descriptor & 3) is 3 ? 4 : descriptor & 3;
            int sizeBytes = (descriptor >> 6) == 0 ? (single ? 1 : 0) : 1 << (descriptor >> 6);
            int at = 5 + (single ? 0 : 1) + dictionaryBytes;
            if (packed.Length < at + sizeBytes)
            {
                break;
            }

            ulong stated = 0;
            for (int i = 0; i < sizeBytes; i++)
            {
                stated |= (ulong)packed[at + i] << (8 * i);
            }

            stated += sizeBytes == 2 ? 256UL : 0;
            (long blocks, int end) = ZstandardBlocks(packed, at + sizeBytes);
            size += sizeBytes == 0 ? blocks : (long)Math.Min(stated, long.MaxValue / 4);
            packed = packed[Math.Min(packed.Length, end + ((descriptor & 4) != 0 ? 4 : 0))..];
        }

        return size;
    }

    private static (long Size, int End) ZstandardBlocks(ReadOnlySpan<byte> packed, int at)
    {
        const int MaxBlockBytes = 1 << 17;
        long size = 0;
        bool isLast = false;
        while (!isLast && at + 3 <= packed.Length)
        {
            int head = packed[at] | (packed[at + 1] << 8) | (packed[at + 2] << 16);
            isLast = (head & 1) != 0;
            size += MaxBlockBytes;
            at += 3 + (((head >> 1) & 3) == 1 ? 1 : head >> 3);
        }

        return (size, Math.Min(at, packed.Length));
    }
}
