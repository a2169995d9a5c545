using System.Buffers.Binary;
using System.Text;

namespace SimClr.Checkpoints;

/// <summary>
/// The bytes of a pickle. Nothing after them is read, and no array is allocated that they cannot fill.
/// </summary>
/// <param name="stream">A stream that can seek, at the first byte of the pickle.</param>
/// <param name="end">The position after the last byte that may be read.</param>
/// <param name="path">The name of the file, for messages.</param>
internal sealed class PickleStream(Stream stream, long end, string path)
{
    public const int MaxNameBytes = 1024;

    public long Position => stream.Position;

    public byte Byte() => Bytes(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>Reads a length. Lengths that do not fit a file become <see cref="long.MaxValue"/>.</summary>
    public long Length() => Math.Max(Int64(), -1) is >= 0 and var length ? length : long.MaxValue;

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    public string Text(long length) => Encoding.UTF8.GetString(Bytes(length));

    public byte[] Bytes(long length)
    {
        if (length > end - stream.Position)
        {
            throw Damaged($"the end at byte {end}, expected {length} more bytes; is the file complete?");
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads a name up to the end of its line.</summary>
    public string Line()
    {
        var line = new StringBuilder();
        for (byte next = Byte(); next != '\n'; next = Byte())
        {
            if (line.Length == MaxNameBytes)
            {
                throw Damaged($"a name of more than {MaxNameBytes} bytes at byte {Position}");
            }

            line.Append((char)next);
        }

        return line.ToString();
    }

    public DataException Damaged(string found) => new($"{path}: the file is damaged: got {found}");
}
