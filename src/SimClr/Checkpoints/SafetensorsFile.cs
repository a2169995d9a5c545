using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Checkpoints;

/// <summary>
/// Named tensors in a safetensors file (https://github.com/huggingface/safetensors): the header length in 8 bytes, a
/// JSON header with the type, shape and position of each tensor, then the tensor data. Loading such a file runs no
/// code.
/// </summary>
public sealed class SafetensorsFile : IWeightsFile
{
    /// <summary>
    /// The metadata entry with the SHA-256 of the whole file, computed with zeros in place of its digits. If the entry
    /// is present, it is filled in on writing and verified on reading.
    /// </summary>
    internal const string Checksum = "simclr.sha256_whole";

    // Declares that there is a checksum, so that a flipped bit in the name of either entry is detected.
    private const string ChecksumMarker = "simclr.signed";

    // The entry of earlier versions: a checksum of everything except the first 8 bytes, the header length.
    private const string EarlierChecksum = "simclr.sha256";
    private const int ChecksumDigits = 64;

    private static readonly (ScalarType Type, string Name, int Size)[] Types =
    [
        (ScalarType.Float32, "F32", 4), (ScalarType.Float64, "F64", 8), (ScalarType.Float16, "F16", 2),
        (ScalarType.BFloat16, "BF16", 2), (ScalarType.Int64, "I64", 8), (ScalarType.Int32, "I32", 4),
        (ScalarType.Int16, "I16", 2), (ScalarType.Int8, "I8", 1), (ScalarType.Byte, "U8", 1),
        (ScalarType.Bool, "BOOL", 1),
    ];

    private SafetensorsFile(
        IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyList<UnreadTensor> leftOut)
    {
        Tensors = tensors;
        Metadata = metadata;
        LeftOut = leftOut;
    }

    /// <summary>The tensors by name, on the CPU. Owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The text entries of the file, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Whether the file has a checksum, which was then verified.</summary>
    internal bool HasChecksum => Metadata.ContainsKey(Checksum) || Metadata.ContainsKey(EarlierChecksum);

    /// <inheritdoc/>
    IReadOnlyList<UnreadTensor> IWeightsFile.LeftOut => LeftOut;

    private IReadOnlyList<UnreadTensor> LeftOut { get; }

    /// <summary>
    /// Writes tensors and text entries in the given order. The file is written completely or not at all.
    /// </summary>
    /// <exception cref="ArgumentException">The safetensors format does not support the type of a tensor.</exception>
    public static void Write(
        string path,
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        bool signs = metadata is not null && (metadata.ContainsKey(Checksum) || metadata.ContainsKey(EarlierChecksum));
        byte[] header = Header(tensors, signs ? WithChecksum(metadata!, new string('0', ChecksumDigits)) : metadata);
        AtomicFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            Append(length);
            Append(header);
            foreach ((_, Tensor tensor) in tensors)
            {
                using var scope = NewDisposeScope();
                Append(tensor.detach().cpu().contiguous().bytes);
            }

            if (signs)
            {
                stream.Position = length.Length;
                stream.Write(
                    Header(tensors, WithChecksum(metadata!, Convert.ToHexStringLower(hash.GetHashAndReset()))));
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

    /// <summary>Reads a file. Tensors of unsupported types are skipped.</summary>
    /// <exception cref="DataException">
    /// The file is missing, truncated, damaged, or not a safetensors file, or its tensors overlap or leave bytes
    /// uncovered.
    /// </exception>
    public static SafetensorsFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new DataException($"{path}: there is no such file; expected a safetensors file");
        }

        var tensors = new Dictionary<string, Tensor>();
        var leftOut = new List<UnreadTensor>();
        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            SafetensorsHeader header = SafetensorsHeader.Read(stream, path);
            VerifyChecksum(stream, header, path);
            foreach (TensorEntry place in header.Tensors)
            {
                int index = Array.FindIndex(Types, t => t.Name == place.Type);
                if (index < 0)
                {
                    leftOut.Add(new UnreadTensor(place.Name, place.Type));
                    continue;
                }

                Tensor tensor = empty(place.Shape, Types[index].Type, CPU).DetachFromDisposeScope();
                tensors.Add(place.Name, tensor);
                stream.Position = place.Begin;
                stream.ReadExactly(tensor.bytes);
            }

            return new SafetensorsFile(tensors, header.Metadata, leftOut);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            DisposeAll(tensors);
            throw new DataException($"{path} cannot be read: {error.Message}", error);
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

        // Padding with spaces to a multiple of 8 bytes keeps the tensors aligned.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static Dictionary<string, string> WithChecksum(IReadOnlyDictionary<string, string> metadata, string digits)
    {
        var signed = new Dictionary<string, string>(metadata) { [Checksum] = digits, [ChecksumMarker] = Checksum };
        signed.Remove(EarlierChecksum);
        return signed;
    }

    /// <summary>Reads a file that is always written with a checksum. A file without one is damaged.</summary>
    /// <inheritdoc cref="Read"/>
    internal static SafetensorsFile ReadChecked(string path)
    {
        SafetensorsFile content = Read(path);
        if (!content.HasChecksum)
        {
            content.Dispose();
            throw new DataException($"{path}: the file is damaged: its checksum is missing");
        }

        return content;
    }

    /// <summary>
    /// Verifies the checksum that the file declares, if any. The position of the stream is unspecified afterward.
    /// </summary>
    private static void VerifyChecksum(FileStream stream, SafetensorsHeader header, string path)
    {
        bool whole = header.Metadata.TryGetValue(Checksum, out string? stated);
        if (whole != header.Metadata.ContainsKey(ChecksumMarker))
        {
            throw Damaged(path);
        }

        if (!whole && !header.Metadata.TryGetValue(EarlierChecksum, out stated))
        {
            return;
        }

        byte[] text = [.. header.Text];
        int place = text.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{stated}\""));
        if (stated!.Length == ChecksumDigits && place >= 0)
        {
            text.AsSpan(place + 1, ChecksumDigits).Fill((byte)'0');
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        if (whole)
        {
            hash.AppendData(length);
        }

        hash.AppendData(text);
        stream.Position = length.Length + text.Length;
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != stated)
        {
            throw Damaged(path);
        }
    }

    private static DataException Damaged(string path)
        => new($"{path}: the file is damaged: its contents do not match its SHA-256 checksum");

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
            : throw new ArgumentException(
                $"tensor '{name}' is of type {tensor.dtype}, which safetensors does not support");
    }
}
