using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SimClr.Embeddings;

/// <summary>
/// The header of a <c>.npy</c> file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): magic
/// number, version, length, then a Python dictionary with type, order and shape, padded with spaces to a multiple of 64
/// bytes.
/// </summary>
/// <param name="Type">The type of the values.</param>
/// <param name="Shape">The shape: rows and dimension.</param>
internal sealed partial record NpyHeader(StoredType Type, long[] Shape)
{
    private const int Alignment = 64;
    private const int MaxHeaderBytes = 1 << 16;

    private static readonly (string Name, StoredType Type)[] Types =
        [("<f4", StoredType.Float32), ("<f8", StoredType.Float64), ("<f2", StoredType.Float16)];

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Returns the bytes of a version 1.0 header, as NumPy writes them.</summary>
    public static byte[] Write(long rows, int dimension)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dimension}), }}");
        int before = Magic.Length + 4;
        int total = (before + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] header = new byte[total];
        Magic.CopyTo(header);
        header[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length + 2), (ushort)(total - before));
        Encoding.ASCII.GetBytes(text.PadRight(total - before - 1) + '\n').CopyTo(header, before);
        return header;
    }

    /// <summary>Reads a header and leaves the stream at the first value.</summary>
    /// <exception cref="DataException">
    /// The header is not valid, or its type or shape is not that of embeddings.
    /// </exception>
    public static NpyHeader Read(Stream stream, string file)
    {
        string text = Text(stream, file);
        Match found = Dictionary().Match(text);
        if (!found.Success)
        {
            throw new DataException(
                $"{file}: got the header {Shorten(text)}, expected a matrix of float32, float64 or "
                    + "float16 as numpy.save writes it");
        }

        string name = found.Groups["type"].Value;
        int type = Array.FindIndex(Types, t => t.Name == name);
        if (type < 0)
        {
            throw new DataException(
                $"{file}: got values of type '{name}', expected {string.Join(", ", Types.Select(t => $"'{t.Name}'"))}; "
                    + "convert with array.astype('<f4')");
        }

        return found.Groups["fortran"].Value == "False"
            ? new NpyHeader(Types[type].Type, Shapes(found.Groups["shape"].Value, file))
            : throw new DataException(
                $"{file}: got column-major order (fortran_order), expected row-major; "
                    + "convert with numpy.ascontiguousarray(array)");
    }

    private static string Text(Stream stream, string file)
    {
        byte[] start = new byte[Magic.Length + 6];
        int read = stream.ReadAtLeast(start.AsSpan(0, Magic.Length + 4), Magic.Length + 4, throwOnEndOfStream: false);
        if (read < Magic.Length + 4 || !start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw new DataException($"{file}: this is not an .npy file: it does not begin with '\\x93NUMPY'");
        }

        long length = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(Magic.Length + 2));
        if (start[Magic.Length] > 1)
        {
            _ = stream.ReadAtLeast(start.AsSpan(Magic.Length + 4), 2, throwOnEndOfStream: false);
            length = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(Magic.Length + 2));
        }

        if (start[Magic.Length] is 0 or > 3 || length > MaxHeaderBytes || length > stream.Length - stream.Position)
        {
            throw new DataException(
                $"{file}: got version {start[Magic.Length]} and a header of {length} bytes in a file "
                    + $"of {stream.Length}, expected version 1 to 3 and at most {MaxHeaderBytes}; the "
                    + "file is damaged or cut short");
        }

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        return Encoding.Latin1.GetString(header);
    }

    private static long[] Shapes(string text, string file)
    {
        string[] numbers = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. numbers.Select(
            number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long n)
                ? n
                : throw new DataException($"{file}: got the shape ({text}), expected integers; the file is damaged"))];
    }

    private static string Shorten(string text) => text.Length > 120 ? text[..120] + "…" : text.TrimEnd();

    [GeneratedRegex(
        @"^\{'descr': '(?<type>[^']*)', 'fortran_order': (?<fortran>True|False), "
            + @"'shape': \((?<shape>[^)]*)\),? *\}\s*$")]
    private static partial Regex Dictionary();
}
