using System.Buffers.Binary;

namespace SimClr.Fuzz;

/// <summary>TIFF structures written byte by byte, little-endian, with one directory.</summary>
internal static class RawFiles
{
    private enum Kind
    {
        Byte = 1,
        Text = 2,
        Short = 3,
        Long = 4,
        Ratio = 5,
        SignedRatio = 10,
    }

    /// <summary>
    /// A gray TIFF that claims a size and holds a few bytes of it.
    /// </summary>
    public static byte[] Claiming(int width, int height) => Write(
        new byte[100],
        (256, Kind.Long, Numbers(width)),
        (257, Kind.Long, Numbers(height)),
        (258, Kind.Short, Shorts(8)),
        (259, Kind.Short, Shorts(1)),
        (262, Kind.Short, Shorts(1)),
        (277, Kind.Short, Shorts(1)),
        (278, Kind.Long, Numbers(height)),
        (279, Kind.Long, Numbers(100)));

    /// <summary>
    /// A raw file as a camera with a pattern of red, green, green and blue writes it (DNG 1.4): 16 bits, a neutral
    /// white, the left half dark and the right half bright.
    /// </summary>
    public static byte[] Dng(int width, int height, short orientation = 1)
    {
        byte[] pixels = new byte[2 * width * height];
        for (int i = 0; i < width * height; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(
                pixels.AsSpan(2 * i), (ushort)(i % width < width / 2 ? 500 : 12000));
        }

        return Write(
            pixels,
            (254, Kind.Long, Numbers(0)),
            (256, Kind.Long, Numbers(width)),
            (257, Kind.Long, Numbers(height)),
            (258, Kind.Short, Shorts(16)),
            (259, Kind.Short, Shorts(1)),
            (262, Kind.Short, Shorts(unchecked((short)32803))),
            (271, Kind.Text, "SimClr\0"u8.ToArray()),
            (272, Kind.Text, "Test\0"u8.ToArray()),
            (274, Kind.Short, Shorts(orientation)),
            (277, Kind.Short, Shorts(1)),
            (278, Kind.Long, Numbers(height)),
            (279, Kind.Long, Numbers(pixels.Length)),
            (33421, Kind.Short, Shorts(2, 2)),
            (33422, Kind.Byte, [0, 1, 1, 2]),
            (50706, Kind.Byte, [1, 4, 0, 0]),
            (50707, Kind.Byte, [1, 1, 0, 0]),
            (50708, Kind.Text, "SimClr Test\0"u8.ToArray()),
            (50717, Kind.Long, Numbers(16383)),
            (50721, Kind.SignedRatio, Numbers(
                3134, 1000, -1617, 1000, -491, 1000,
                -979, 1000, 1916, 1000, 33, 1000,
                72, 1000, -229, 1000, 1405, 1000)),
            (50728, Kind.Ratio, Numbers(1, 1, 1, 1, 1, 1)),
            (50778, Kind.Short, Shorts(21)));
    }

    // The position of the pixels (tag 273) is known only here.
    private static byte[] Write(byte[] pixels, params (int Tag, Kind Kind, byte[] Value)[] entries)
    {
        (int Tag, Kind Kind, byte[] Value)[] all =
            [.. entries.Append((273, Kind.Long, new byte[4])).OrderBy(entry => entry.Item1)];
        int values = 8 + 2 + (12 * all.Length) + 4;
        int start = values + all.Where(entry => entry.Value.Length > 4).Sum(entry => Even(entry.Value.Length));
        byte[] file = new byte[start + pixels.Length];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(8), (short)all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            (int tag, Kind kind, byte[] value) = all[i];
            Span<byte> entry = file.AsSpan(10 + (12 * i), 12);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)tag);
            BinaryPrimitives.WriteInt16LittleEndian(entry[2..], (short)kind);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], value.Length / SizeOf(kind));
            if (tag == 273)
            {
                BinaryPrimitives.WriteInt32LittleEndian(entry[8..], start);
            }
            else if (value.Length <= 4)
            {
                value.CopyTo(entry[8..]);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(entry[8..], values);
                value.CopyTo(file, values);
                values += Even(value.Length);
            }
        }

        pixels.CopyTo(file, start);
        return file;
    }

    private static int Even(int length) => length + (length % 2);

    private static int SizeOf(Kind kind) => kind switch
    {
        Kind.Byte or Kind.Text => 1,
        Kind.Short => 2,
        Kind.Long => 4,
        _ => 8,
    };

    private static byte[] Shorts(params short[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Numbers(params int[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
