using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SimClr.Tests.Data;

/// <summary>Creates MAT-files of level 5 in either byte order, intact or damaged.</summary>
internal sealed class MatBytes(bool bigEndian)
{
    public byte[] File(params byte[][] elements)
    {
        byte[] header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test").CopyTo(header, 0);
        byte[] end = bigEndian ? [1, 0, (byte)'M', (byte)'I'] : [0, 1, (byte)'I', (byte)'M'];
        end.CopyTo(header, 124);
        return [.. header, .. elements.SelectMany(element => element)];
    }

    /// <summary>Tag, data, padding.</summary>
    public byte[] Element(int type, params byte[] data)
        => [.. Int32(type), .. Int32(data.Length), .. data, .. new byte[-data.Length & 7]];

    /// <summary>Up to four bytes in the tag.</summary>
    public byte[] Small(int type, params byte[] data)
        => [.. Int32((data.Length << 16) | type), .. data, .. new byte[4 - data.Length]];

    public byte[] Compressed(byte[] element)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            zlib.Write(element);
        }

        byte[] data = packed.ToArray();
        return [.. Int32(15), .. Int32(data.Length), .. data];
    }

    public byte[] Array(string name, int kind, int rows, int columns, params byte[][] content) => Element(
        14,
        [
            .. Element(6, [.. Int32(kind), 0, 0, 0, 0]),
            .. Element(5, [.. Int32(rows), .. Int32(columns)]),
            .. Name(name),
            .. content.SelectMany(part => part),
        ]);

    public byte[] Doubles(string name, params double[] values)
        => Array(name, 6, 1, values.Length, Element(
            9, [.. values.SelectMany(value => Ordered(BitConverter.GetBytes(value)))]));

    public byte[] UInt16(string name, params ushort[] values)
        => Array(name, 11, 1, values.Length, Element(
            4, [.. values.SelectMany(value => Ordered(BitConverter.GetBytes(value)))]));

    public byte[] Text(string name, string text)
        => Array(name, 4, 1, text.Length, Element(
            17, [.. text.SelectMany(letter => Ordered(BitConverter.GetBytes(letter)))]));

    public byte[] Cells(string name, params byte[][] items) => Array(name, 1, 1, items.Length, items);

    /// <summary>Structs; the values are those of the first, then those of the second, and so on.</summary>
    public byte[] Structs(string name, string[] fields, int count, params byte[][] values) => Array(
        name,
        2,
        1,
        count,
        [
            Small(5, Int32(32)),
            Element(1, [.. fields.SelectMany(field => Encoding.ASCII.GetBytes(field.PadRight(32, '\0')))]),
            .. values,
        ]);

    public byte[] Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Ordered(bytes);
    }

    private byte[] Name(string name)
        => name.Length is > 0 and <= 4
            ? Small(1, Encoding.ASCII.GetBytes(name))
            : Element(1, Encoding.ASCII.GetBytes(name));

    private byte[] Ordered(byte[] little) => bigEndian ? [.. little.Reverse()] : little;
}
