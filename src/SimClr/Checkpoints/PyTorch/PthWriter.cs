using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// A writer of PyTorch's ZIP format: the pickle of an OrderedDict of tensors, and one storage per tensor.
/// </summary>
internal static class PthWriter
{
    private const string Folder = "archive/";
    private const string FormatVersion = "3\n";

    // The earliest date that ZIP files support. A fixed date makes files with the same weights identical.
    private static readonly DateTimeOffset Day = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<ScalarType, string> Storages = new()
    {
        [ScalarType.Float32] = "FloatStorage",
        [ScalarType.Float64] = "DoubleStorage",
        [ScalarType.Float16] = "HalfStorage",
        [ScalarType.BFloat16] = "BFloat16Storage",
        [ScalarType.Int64] = "LongStorage",
        [ScalarType.Int32] = "IntStorage",
        [ScalarType.Int16] = "ShortStorage",
        [ScalarType.Int8] = "CharStorage",
        [ScalarType.Byte] = "ByteStorage",
        [ScalarType.Bool] = "BoolStorage",
    };

    public static void Write(
        Stream stream,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", Pickle(tensors));
        Add(zip, "byteorder", "little"u8);
        for (int i = 0; i < tensors.Count; i++)
        {
            using var scope = NewDisposeScope();
            Add(zip, $"data/{i}", tensors[i].Value.detach().cpu().contiguous().bytes);
        }

        if (metadata is { Count: > 0 })
        {
            Add(zip, PthZip.MetadataEntry, JsonSerializer.SerializeToUtf8Bytes(metadata, Json.Plain));
        }

        Add(zip, "version", Encoding.ASCII.GetBytes(FormatVersion));
    }

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> content)
    {
        ZipArchiveEntry entry = zip.CreateEntry(Folder + name, CompressionLevel.NoCompression);
        entry.LastWriteTime = Day;
        using Stream stream = entry.Open();
        stream.Write(content);
    }

    private static byte[] Pickle(IReadOnlyList<KeyValuePair<string, Tensor>> tensors)
    {
        using var pickle = new MemoryStream();
        Code(PickleOpcode.Protocol);
        pickle.WriteByte(2);
        EmptyOrdered();
        Code(PickleOpcode.Mark);
        for (int i = 0; i < tensors.Count; i++)
        {
            Text(tensors[i].Key);
            Describe(tensors[i].Value, tensors[i].Key, i);
        }

        Code(PickleOpcode.SetItems);
        Code(PickleOpcode.Stop);
        return pickle.ToArray();

        // _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks)
        void Describe(Tensor tensor, string name, int key)
        {
            Global("torch._utils", "_rebuild_tensor_v2");
            Code(PickleOpcode.Mark);
            Reference(tensor, name, key);
            Integer(0);
            Tuple(tensor.shape);
            Tuple(ContiguousStrides(tensor.shape));
            Code(PickleOpcode.False);
            EmptyOrdered();
            Code(PickleOpcode.Tuple);
            Code(PickleOpcode.Reduce);
        }

        // A persistent ID: ("storage", type, key, location, count)
        void Reference(Tensor tensor, string name, int key)
        {
            Code(PickleOpcode.Mark);
            Text("storage");
            Global("torch", Storages.TryGetValue(tensor.dtype, out string? storage)
                ? storage
                : throw new ArgumentException(
                    $"tensor '{name}' is of type {tensor.dtype}, which cannot be written to a PyTorch file"));
            Text($"{key}");
            Text("cpu");
            Integer(tensor.numel());
            Code(PickleOpcode.Tuple);
            Code(PickleOpcode.PersistentId);
        }

        void EmptyOrdered()
        {
            Global("collections", "OrderedDict");
            Code(PickleOpcode.EmptyTuple);
            Code(PickleOpcode.Reduce);
        }

        void Tuple(long[] numbers)
        {
            Code(PickleOpcode.Mark);
            foreach (long number in numbers)
            {
                Integer(number);
            }

            Code(PickleOpcode.Tuple);
        }

        void Global(string module, string name)
        {
            Code(PickleOpcode.Global);
            pickle.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
        }

        void Text(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            Code(PickleOpcode.BinaryUnicode);
            pickle.Write(length);
            pickle.Write(bytes);
        }

        void Integer(long number)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            if (number <= int.MaxValue)
            {
                Code(PickleOpcode.BinaryInt);
                pickle.Write(bytes[..4]);
                return;
            }

            Code(PickleOpcode.Long1);
            pickle.WriteByte(8);
            pickle.Write(bytes);
        }

        void Code(PickleOpcode code) => pickle.WriteByte((byte)code);
    }

    private static long[] ContiguousStrides(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long step = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(1, shape[i]);
        }

        return strides;
    }
}
