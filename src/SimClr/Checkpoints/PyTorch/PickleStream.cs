using System.Buffers.Binary;
using System.Text;

namespace SimClr.Checkpoints;

/// <summary>The bytes of a pickle: nothing beyond them is read, and nothing is allocated that they do not fill.</summary>
/// <param name="stream">Can seek; stands at the pickle's first byte.</param>
/// <param name="end">Where the last byte that may be read is followed by another.</param>
/// <param name="path">The file, for messages.</param>
internal sealed class PickleStream(Stream stream, long end, string path)
{
    public const int MaxNameBytes = 1024;

    public long Position => stream.Position;

    public byte Byte() => Bytes(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>A length, of no more than a file can have.</summary>
    public long Length() => Math.Max(Int64(), -1) is >= 0 and var length ? length : long.MaxValue;

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    public string Text(long length) => Encoding.UTF8.GetString(Bytes(length));

    public byte[] Bytes(long length)
    {
        if (length > end - stream.Position)
        {
            throw Damaged($"the end at byte {end}, where {length} more bytes belong; is it whole?");
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A name up to the end of its line.</summary>
    public string Line()
    {
        var line = new StringBuilder();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            if (line.Length == MaxNameBytes)
            {
                throw Damaged($"a name of more than {MaxNameBytes} letters at byte {Position}");
            }

            line.Append((char)next);
        }

        return line.ToString();
    }

    public DataException Damaged(string found) => new($"{path}: the file is damaged: got {found}");
}
