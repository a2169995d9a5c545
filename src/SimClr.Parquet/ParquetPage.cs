using System.Buffers.Binary;

namespace SimClr.Parquet;

/// <summary>One page of a column: a dictionary, or values.</summary>
/// <param name="Header">What was checked of its header.</param>
/// <param name="Bytes">How many follow the header.</param>
/// <param name="Inflated">How many those become.</param>
/// <param name="Values">How many values of the column it holds; of a dictionary none.</param>
/// <param name="LevelBytes">How many bytes stand uncompressed before the values.</param>
/// <param name="IsCompressed">Whether the values are compressed, if the column is.</param>
internal sealed record ParquetPage(ThriftStruct Header, int Bytes, int Inflated, int Values, int LevelBytes, bool IsCompressed)
{
    private const int DataPage = 0;
    private const int DictionaryPage = 2;
    private const int DataPageOfVersion2 = 3;
    private const int Snappy = 1;
    private const int Zstandard = 6;
    private const int DeltaByteArray = 7;
    private const int MaxExpansion = 8;
    private const long Allowance = 32L << 20;

    /// <summary>Reads a header.</summary>
    /// <param name="header">As it stands in the file.</param>
    /// <param name="left">How many values the column still lacks.</param>
    /// <exception cref="InvalidDataException">It is none, or claims more than that.</exception>
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
        ThriftStruct about = header.Find<ThriftStruct>(field) ?? throw new InvalidDataException($"a page of type {type} that says nothing of its values");
        int count = about.Number<int>(1) ?? -1;
        int encoding = about.Number<int>(type == DataPageOfVersion2 ? 4 : 2) ?? -1;
        int definitions = type == DataPageOfVersion2 ? about.Number<int>(5) ?? 0 : 0;
        int repetitions = type == DataPageOfVersion2 ? about.Number<int>(6) ?? 0 : 0;
        if (inflated < 0 || bytes < 0 || count < 0 || definitions < 0 || repetitions < 0 || (long)definitions + repetitions > bytes
            || (type == DictionaryPage ? count > Math.Max(1, inflated) : count > left))
        {
            throw new InvalidDataException($"a page of {bytes} bytes, {inflated} inflated, with {count} values where {left} belong");
        }

        if (encoding == DeltaByteArray)
        {
            throw new InvalidDataException("texts that are encoded by what they share with the one before (DELTA_BYTE_ARRAY), which are not read; write them plain or with a dictionary");
        }

        ThriftStruct values = type == DataPageOfVersion2
            ? new ThriftStruct().With(1, count).With(2, about.Number<int>(2) ?? 0).With(3, about.Number<int>(3) ?? 0).With(4, encoding)
                .With(5, definitions).With(6, repetitions).With(7, about.Number<bool>(7) ?? true)
            : type == DictionaryPage ? new ThriftStruct().With(1, count).With(2, encoding)
            : new ThriftStruct().With(1, count).With(2, encoding).With(3, about.Number<int>(3) ?? 3).With(4, about.Number<int>(4) ?? 3);
        return new ParquetPage(
            new ThriftStruct().With(1, type).With(2, inflated).With(3, bytes).With(field, values),
            bytes, inflated, type == DictionaryPage ? 0 : count, definitions + repetitions, type != DataPageOfVersion2 || (about.Number<bool>(7) ?? true));
    }

    /// <summary>Checks how large the page becomes, by what its bytes say before they are inflated.</summary>
    /// <exception cref="InvalidDataException">Larger than its header says, or than any page of a file of that size.</exception>
    public void RequireSizes(int codec, ReadOnlySpan<byte> bytes, long fileLength)
    {
        ReadOnlySpan<byte> packed = bytes[LevelBytes..];
        long said = !IsCompressed ? packed.Length : codec switch
        {
            0 => bytes.Length == Inflated ? Inflated : throw new InvalidDataException($"a page of {bytes.Length} bytes that is not compressed, and {Inflated} inflated"),
            Snappy => SnappySize(packed),
            Zstandard => ZstandardSize(packed),
            _ => Inflated,   // What these inflate to, the package cuts off there.
        };
        long most = Allowance + (MaxExpansion * fileLength);
        if (Inflated > most || said > most)
        {
            throw new InvalidDataException($"a page of {bytes.Length} bytes that becomes {Math.Max(said, Inflated)}, more than in any file of {fileLength}");
        }
    }

    /// <summary>A block begins with its inflated length.</summary>
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

        return packed.Length == 0 ? 0 : throw new InvalidDataException("a page that is not compressed as the column says");
    }

    /// <summary>The most that frames can become (https://datatracker.ietf.org/doc/html/rfc8878, section 3.1.1): by what each says, else by its blocks.</summary>
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
