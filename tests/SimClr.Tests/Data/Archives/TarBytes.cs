using System.Text;

namespace SimClr.Tests.Data;

/// <summary>Tar headers byte by byte, for archives that no writer makes.</summary>
internal static class TarBytes
{
    /// <summary>A member: a header of 512 bytes and the content, padded to whole blocks.</summary>
    /// <param name="name">At most 100 bytes.</param>
    /// <param name="type">The type flag; '0' for a file.</param>
    /// <param name="content">The bytes after the header.</param>
    /// <param name="size">The size field; null for the size of the content.</param>
    /// <param name="magic">The magic that names the dialect.</param>
    public static byte[] Member(
        string name, char type, byte[] content, byte[]? size = null, string magic = "ustar\0" + "00")
    {
        byte[] bytes = new byte[512 + ((content.Length + 511) / 512 * 512)];
        Encoding.UTF8.GetBytes(name).CopyTo(bytes, 0);
        Encoding.ASCII.GetBytes("0000644\0" + "0000000\0" + "0000000\0").CopyTo(bytes, 100);
        (size ?? Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0') + "\0"))
            .CopyTo(bytes, 124);
        Encoding.ASCII.GetBytes("00000000000\0").CopyTo(bytes, 136);
        bytes[156] = (byte)type;
        Encoding.ASCII.GetBytes(magic).CopyTo(bytes, 257);
        content.CopyTo(bytes, 512);
        Seal(bytes);
        return bytes;
    }

    /// <summary>Sets the checksum of the header at the beginning.</summary>
    public static void Seal(byte[] bytes)
    {
        Encoding.ASCII.GetBytes("        ").CopyTo(bytes, 148);
        int sum = bytes.Take(512).Sum(value => value);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, 148);
    }

    /// <summary>A pax record.</summary>
    public static byte[] Record(string name, string value)
    {
        int length = name.Length + Encoding.UTF8.GetByteCount(value) + 3;
        int digits = (length + 1).ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        return Encoding.UTF8.GetBytes($"{length + digits} {name}={value}\n");
    }

    /// <summary>Members, followed by the end of an archive.</summary>
    public static byte[] Archive(params byte[][] members)
        => [.. members.SelectMany(member => member), .. new byte[1024]];
}
