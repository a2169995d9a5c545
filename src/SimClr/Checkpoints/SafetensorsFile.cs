using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// Tensors by name in a safetensors file (https://github.com/huggingface/safetensors): the length of the header in 8
/// bytes, a JSON header with type, shape and place of each tensor, then the bytes. Loading it runs no code.
/// </summary>
public sealed class SafetensorsFile : IWeightsFile
{
    /// <summary>
    /// The metadata entry for a SHA-256 over the whole file but its first 8 bytes, with zeros in the place of the digits.
    /// Writing fills it in where it is there, reading checks it where it is there.
    /// </summary>
    internal const string Checksum = "simclr.sha256";

    private const int LongestHeader = 100_000_000;
    private const int ChecksumDigits = 64;

    private static readonly (ScalarType Type, string Name, int Size)[] Types =
    [
        (ScalarType.Float32, "F32", 4), (ScalarType.Float64, "F64", 8), (ScalarType.Float16, "F16", 2),
        (ScalarType.BFloat16, "BF16", 2), (ScalarType.Int64, "I64", 8), (ScalarType.Int32, "I32", 4),
        (ScalarType.Int16, "I16", 2), (ScalarType.Int8, "I8", 1), (ScalarType.Byte, "U8", 1), (ScalarType.Bool, "BOOL", 1),
    ];

    private SafetensorsFile(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The tensors by name, on the CPU. Owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The file's text entries.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Writes tensors and text entries, whole or not at all. The order is kept.</summary>
    /// <exception cref="ArgumentException">A tensor's type has no name in the format.</exception>
    public static void Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        bool signs = metadata?.ContainsKey(Checksum) == true;
        byte[] header = Header(tensors, signs ? WithChecksum(metadata!, new string('0', ChecksumDigits)) : metadata);
        AtomicFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            Append(header);
            foreach ((_, Tensor tensor) in tensors)
            {
                using var scope = NewDisposeScope();
                Append(tensor.detach().cpu().contiguous().bytes);
            }

            if (signs)
            {
                stream.Position = length.Length;
                stream.Write(Header(tensors, WithChecksum(metadata!, Convert.ToHexStringLower(hash.GetHashAndReset()))));
            }

            void Append(ReadOnlySpan<byte> bytes)
            {
                stream.Write(bytes);
                if (signs)
                {
                    hash.AppendData(bytes);
                }
            }
        });
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="DataException">The file is missing, cut short, damaged, or not a safetensors file.</exception>
    public static SafetensorsFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new DataException($"{path}: there is no such file; expected a safetensors file");
        }

        var tensors = new Dictionary<string, Tensor>();
        try
        {
            using FileStream stream = PlainFile.OpenRead(path);
            using JsonDocument header = ReadHeader(stream, path);
            var metadata = new Dictionary<string, string>();
            long start = stream.Position;
            foreach (JsonProperty entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                {
                    metadata = entry.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "");
                }
                else
                {
                    tensors.Add(entry.Name, ReadTensor(stream, start, entry, path));
                }
            }

            if (metadata.TryGetValue(Checksum, out string? stated))
            {
                CheckSum(stream, start, stated, path);
            }

            return new SafetensorsFile(tensors, metadata);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            DisposeAll(tensors);
            throw new DataException($"{path}: the header is not that of a safetensors file ({error.Message})", error);
        }
        catch
        {
            DisposeAll(tensors);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAll(Tensors);

    private static void DisposeAll(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static byte[] Header(
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                (_, string type, int size) = TypeOf(tensor, name);
                long end = offset + (tensor.numel() * size);
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                WriteNumbers(json, "shape", tensor.shape);
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8 keep the tensors aligned.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static Dictionary<string, string> WithChecksum(IReadOnlyDictionary<string, string> metadata, string digits)
        => new(metadata) { [Checksum] = digits };

    private static void CheckSum(FileStream stream, long start, string stated, string path)
    {
        byte[] header = new byte[start - 8];
        stream.Position = 8;
        stream.ReadExactly(header);
        int place = header.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{stated}\""));
        if (stated.Length == ChecksumDigits && place >= 0)
        {
            header.AsSpan(place + 1, ChecksumDigits).Fill((byte)'0');
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != stated)
        {
            throw new DataException($"{path}: the file is damaged: its bytes are not those that were written (the SHA-256 differs)");
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static (ScalarType Type, string Name, int Size) TypeOf(Tensor tensor, string name)
    {
        int index = Array.FindIndex(Types, t => t.Type == tensor.dtype);
        return index >= 0
            ? Types[index]
            : throw new ArgumentException($"tensor '{name}' is of type {tensor.dtype}, which safetensors does not have");
    }

    private static JsonDocument ReadHeader(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        long length = stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) == 8
            ? BinaryPrimitives.ReadInt64LittleEndian(prefix)
            : -1;
        if (length < 2 || length > LongestHeader || length > stream.Length - 8)
        {
            throw new DataException($"{path}: this is not a safetensors file, or it was cut short (header length {length}, file length {stream.Length})");
        }

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        return JsonDocument.Parse(header);
    }

    private static Tensor ReadTensor(FileStream stream, long start, JsonProperty entry, string path)
    {
        string dtype = entry.Value.GetProperty("dtype").GetString() ?? "";
        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
        long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt64())];
        int index = Array.FindIndex(Types, t => t.Name == dtype);
        if (index < 0)
        {
            throw new DataException($"{path}: tensor '{entry.Name}' is of type {dtype}, expected one of {string.Join(", ", Types.Select(t => t.Name))}");
        }

        long bytes = shape.Aggregate((long)Types[index].Size, (product, n) => n >= 0 ? checked(product * n) : -1);
        if (offsets.Length != 2 || bytes < 0 || offsets[0] < 0 || offsets[1] - offsets[0] != bytes || start + offsets[1] > stream.Length)
        {
            throw new DataException(
                $"{path}: tensor '{entry.Name}' of shape [{string.Join(", ", shape)}] claims bytes {string.Join("–", offsets)} " +
                $"of a file of {stream.Length}: the file was cut short or tampered with");
        }

        Tensor tensor = empty(shape, Types[index].Type).DetachFromDisposeScope();
        stream.Position = start + offsets[0];
        stream.ReadExactly(tensor.bytes);
        return tensor;
    }
}
