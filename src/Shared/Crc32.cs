using System.Buffers.Binary;

namespace SimClr.Internals;

/// <summary>The checksum of ZIP files (polynomial 0xEDB88320), eight bytes at a time.</summary>
[SharedSource]
internal sealed class Crc32
{
    private static readonly uint[][] Tables = Build();

    private uint state = uint.MaxValue;

    /// <summary>The checksum of all appended bytes.</summary>
    public uint Value => ~state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint crc = state;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = 0;
            for (int i = 0; i < 8; i++)
            {
                crc ^= Tables[7 - i][(byte)(eight >> (8 * i))];
            }
        }

        foreach (byte value in bytes)
        {
            crc = (crc >> 8) ^ Tables[0][(byte)(crc ^ value)];
        }

        state = crc;
    }

    /// <summary>Builds the tables; table k holds the effect of a byte on the checksum when k bytes follow it.</summary>
    private static uint[][] Build()
    {
        uint[][] tables = [.. Enumerable.Range(0, 8).Select(_ => new uint[256])];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }

            tables[0][i] = crc;
        }

        for (int k = 1; k < 8; k++)
        {
            for (int i = 0; i < 256; i++)
            {
                uint before = tables[k - 1][i];
                tables[k][i] = (before >> 8) ^ tables[0][(byte)before];
            }
        }

        return tables;
    }
}
