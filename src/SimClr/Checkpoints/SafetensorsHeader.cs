using System.Buffers.Binary;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>The position of a tensor in a safetensors file.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Type">The element type, as named by the format.</param>
/// <param name="Shape">The dimensions; see <see cref="TensorSize"/>.</param>
/// <param name="Begin">The position of the first byte, from the start of the file.</param>
/// <param name="End">The position after the last byte.</param>
internal sealed record TensorEntry(string Name, string Type, long[] Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file, validated before memory is allocated for any tensor: the tensors cover the rest of
/// the file exactly, without gaps or overlaps, and the length of each matches its shape. This class does not use the
/// tensor library, which takes long to load.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const int MaxHeaderBytes = 100_000_000;

    // The objects for a tensor are much larger than its entry. The largest models have 10,000 tensors.
    private const int MaxTensors = 1 << 17;

    private const int PrefixBytes = 8;
    private const int MaxShown = 80;
    private const string Entries = "__metadata__";

    private static readonly Dictionary<string, int> Bits = new()
    {
        ["BOOL"] = 8,
        ["U8"] = 8,
        ["I8"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E4M3"] = 8,
        ["F8_E8M0"] = 8,
        ["F4"] = 4,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["I16"] = 16,
        ["U16"] = 16,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["I32"] = 32,
        ["U32"] = 32,
        ["F32"] = 32,
        ["I64"] = 64,
        ["U64"] = 64,
        ["F64"] = 64,
        ["C64"] = 64,
        ["C128"] = 128,
    };

    private SafetensorsHeader(
        byte[] text, IReadOnlyList<TensorEntry> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Text = text;
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The bytes of the header, between the header length and the first tensor.</summary>
    public byte[] Text { get; }

    /// <summary>The tensors, in the order of the header.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>The text entries, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the header of an open file and leaves the stream at its end.</summary>
    /// <exception cref="DataException">
    /// The header is not valid, contradicts itself, or does not match the file.
    /// </exception>
    public static SafetensorsHeader Read(Stream stream, string file)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (stream.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false) < PrefixBytes)
        {
            throw new DataException(
                $"{file}: this is not a safetensors file, or it was cut short: "
                    + $"it has {stream.Length} bytes, expected more than {PrefixBytes}");
        }

        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (claimed is < 2 or > MaxHeaderBytes || (long)claimed > stream.Length - PrefixBytes)
        {
            throw new DataException(
                $"{file}: this is not a safetensors file, or it was cut short (header length {claimed}, file length "
                    + $"{stream.Length})");
        }

        long length = (long)claimed;

        byte[] text = new byte[length];
        stream.ReadExactly(text);
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw InvalidHeader(
                    file, $"it is {Shorten(json.RootElement)}, expected an object with an entry for each tensor");
            }

            var tensors = new List<TensorEntry>();
            var metadata = new Dictionary<string, string>();
            foreach (JsonProperty entry in json.RootElement.EnumerateObject())
            {
                if (entry.Name == Entries)
                {
                    metadata = Texts(entry.Value, file);
                }
                else if (tensors.Count < MaxTensors)
                {
                    tensors.Add(ParseEntry(entry, PrefixBytes + length, file));
                }
                else
                {
                    throw new DataException(
                        $"{file}: the header lists more than {MaxTensors} tensors, more "
                            + "than any weights file contains");
                }
            }

            RequireEachOnce(tensors, file);
            RequireCover(tensors, PrefixBytes + length, stream.Length, file);
            return new SafetensorsHeader(text, tensors, metadata);
        }
        catch (JsonException error)
        {
            throw InvalidHeader(
                file,
                $"it is not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}",
                error);
        }
        catch (InvalidOperationException error)
        {
            throw InvalidHeader(file, "a name or an entry is not Unicode text", error);
        }
    }

    private static DataException InvalidHeader(string file, string reason, Exception? cause = null)
        => new($"{file}: the header is not that of a safetensors file ({reason})", cause);

    /// <summary>Returns the JSON text of a value, truncated if it is long.</summary>
    private static string Shorten(JsonElement value)
        => value.GetRawText() is { Length: > MaxShown } text ? $"{text[..MaxShown]} …" : value.GetRawText();

    private static Dictionary<string, string> Texts(JsonElement entries, string file)
    {
        if (entries.ValueKind != JsonValueKind.Object)
        {
            throw InvalidHeader(file, $"{Entries} is {Shorten(entries)}, expected an object");
        }

        var texts = new Dictionary<string, string>();
        foreach (JsonProperty entry in entries.EnumerateObject())
        {
            if (entry.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            {
                throw InvalidHeader(
                    file,
                    $"{Entries} has the entry '{entry.Name}' with value {Shorten(entry.Value)}, expected a string");
            }

            if (!texts.TryAdd(entry.Name, entry.Value.GetString() ?? ""))
            {
                throw InvalidHeader(file, $"{Entries} has the entry '{entry.Name}' twice");
            }
        }

        return texts;
    }

    private static TensorEntry ParseEntry(JsonProperty entry, long start, string file)
    {
        if (entry.Value.ValueKind != JsonValueKind.Object
            || !entry.Value.TryGetProperty("dtype", out JsonElement written)
            || written.ValueKind != JsonValueKind.String
            || Numbers(entry.Value, "shape", TensorSize.MaxDimensions) is not { } shape
            || Numbers(entry.Value, "data_offsets", 2) is not { Length: 2 } offsets)
        {
            throw InvalidHeader(
                file,
                $"tensor '{entry.Name}' is described by {Shorten(entry.Value)}, expected a dtype, a shape of at most "
                    + $"{TensorSize.MaxDimensions} integers, and two data_offsets");
        }

        string type = written.GetString()!;
        Int128 count = TensorSize.Count(shape) ?? throw new DataException(
            $"{file}: tensor '{entry.Name}' has the shape [{string.Join(", ", shape)}], expected non-negative "
                + "dimensions whose product fits in memory");
        bool fits = offsets[0] >= 0 && offsets[1] >= offsets[0] && offsets[1] <= long.MaxValue - start
            && (!Bits.TryGetValue(type, out int bits)
                || ((Int128)offsets[1] - offsets[0]) * 8 == ((count * bits) + 7) / 8 * 8);
        return fits
            ? new TensorEntry(entry.Name, type, shape, start + offsets[0], start + offsets[1])
            : throw new DataException(
                $"{file}: tensor '{entry.Name}' of shape [{string.Join(", ", shape)}] and type {type} claims bytes "
                    + $"{string.Join("–", offsets)}: the file was cut short or tampered with");
    }

    /// <summary>Returns a list of integers, or null if it is missing, malformed, or longer than the maximum.</summary>
    private static long[]? Numbers(JsonElement tensor, string name, int max)
    {
        if (!tensor.TryGetProperty(name, out JsonElement list)
            || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > max)
        {
            return null;
        }

        long[] numbers = new long[list.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }

    private static void RequireEachOnce(List<TensorEntry> tensors, string file)
    {
        var names = new HashSet<string>();
        TensorEntry? twice = tensors.Find(tensor => !names.Add(tensor.Name));
        if (twice is not null)
        {
            throw new DataException(
                $"{file}: tensor '{twice.Name}' appears twice; the file is damaged or has been tampered with");
        }
    }

    // Bytes outside all tensors could hide data, and bytes shared by tensors could expand a small file without limit.
    private static void RequireCover(List<TensorEntry> tensors, long start, long end, string file)
    {
        long next = start;
        foreach (TensorEntry tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin != next)
            {
                throw new DataException(
                    $"{file}: tensor '{tensor.Name}' begins at byte {tensor.Begin}, expected {next}, where the "
                        + "previous one ends: the file was cut short or tampered with");
            }

            next = tensor.End;
        }

        if (next != end)
        {
            throw new DataException(
                $"{file}: its tensors end at byte {next} of {end}, expected the end: "
                    + "the file was cut short or tampered with");
        }
    }
}
