using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SimClr.Tests.Checkpoints;

/// <summary>PyTorch files that PyTorch would not write: around any pickle and any storage.</summary>
internal static class PthBytes
{
    private static readonly byte[] Magic =
    [
        0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.',
    ];
    private static readonly byte[] Protocol = [0x80, 2, (byte)'M', 0xe9, 3, (byte)'.'];

    /// <summary>The old format with one storage of float32, "0".</summary>
    public static byte[] Legacy(byte[] pickle, int numbers, params string[] keys)
    {
        byte[] machine = [0x80, 2, .. "}"u8, .. Text("little_endian"), 0x88, .. "s."u8];
        byte[] list = [0x80, 2, .. "]("u8, .. keys.SelectMany(Text), .. "e."u8];
        byte[] count = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, numbers);
        return [.. Magic, .. Protocol, .. machine, .. pickle, .. list, .. count, .. new byte[4 * numbers]];
    }

    /// <summary>The new format with one storage of float32, "0".</summary>
    public static byte[] Zip(byte[] pickle, int numbers, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("x/data.pkl", pickle);
            Add("x/data/0", new byte[4 * numbers]);
            Add("x/version", "3\n"u8.ToArray());

            void Add(string name, byte[] content)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>{"w": tensor} with the given shape and strides, on storage "0".</summary>
    public static byte[] OneTensor(int numbers, long offset, long[] shape, long[] strides) =>
    [
        0x80, 2, .. "}"u8, .. Text("w"), .. "ctorch._utils\n_rebuild_tensor_v2\n("u8, .. "("u8, .. Text("storage"),
        .. "ctorch\nFloatStorage\n"u8, .. Text("0"), .. Text("cpu"), .. Integer(numbers), .. "tQ"u8, .. Integer(offset),
        .. Tuple(shape), .. Tuple(strides), 0x89, .. "ccollections\nOrderedDict\n)R"u8, .. "tRs."u8,
    ];

    public static byte[] Text(string text)
        => [(byte)'X', .. BitConverter.GetBytes(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Integer(long number) => [0x8a, 8, .. BitConverter.GetBytes(number)];

    private static byte[] Tuple(long[] numbers) => [(byte)'(', .. numbers.SelectMany(Integer), (byte)'t'];
}
