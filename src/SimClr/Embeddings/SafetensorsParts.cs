using System.Buffers.Binary;
using System.Text.Json;

namespace SimClr.Embeddings;

/// <summary>Where a tensor lies.</summary>
/// <param name="Type">The format's name of its type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Begin">First byte, from the start of the file.</param>
/// <param name="End">The byte behind the last.</param>
internal sealed record TensorPlace(string Type, long[] Shape, long Begin, long End);

/// <summary>
/// The tensors of an open safetensors file by name, read without the tensor library: whoever searches embeddings need not
/// wait for it to load.
/// </summary>
internal sealed class SafetensorsParts
{
    private const int LongestHeader = 100_000_000;

    private readonly Stream stream;
    private readonly string file;
    private readonly Dictionary<string, TensorPlace> places = [];
    private readonly Dictionary<string, string> metadata = [];

    private SafetensorsParts(Stream stream, string file)
    {
        this.stream = stream;
        this.file = file;
    }

    /// <summary>The text entries.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The names, for messages.</summary>
    public string Words => string.Join(", ", places.Keys.Take(4).Select(name => $"'{name}'")) + (places.Count > 4 ? ", …" : "");

    /// <summary>A tensor's place.</summary>
    public TensorPlace this[string name] => places.TryGetValue(name, out TensorPlace? place)
        ? place
        : throw new DataException($"{file}: got the tensors {Words}, expected one named '{name}' too");

    /// <summary>Reads the header.</summary>
    /// <exception cref="DataException">It is none.</exception>
    public static SafetensorsParts Read(Stream stream, string file)
    {
        Span<byte> prefix = stackalloc byte[8];
        long length = stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) == 8 ? BinaryPrimitives.ReadInt64LittleEndian(prefix) : -1;
        if (length is < 2 or > LongestHeader || length > stream.Length - 8)
        {
            throw new DataException($"{file}: this is not a safetensors file, or it was cut short (header length {length}, file length {stream.Length})");
        }

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        var parts = new SafetensorsParts(stream, file);
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            parts.Add(json.RootElement, 8 + length);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new DataException($"{file}: the header is not that of a safetensors file ({error.Message})", error);
        }

        return parts;
    }

    public bool Has(string name) => places.ContainsKey(name);

    /// <summary>Checks that a tensor is as long as its shape says, and within the file.</summary>
    public void Require(string name, int bytesPerNumber, params long[] shape)
    {
        TensorPlace place = this[name];
        bool fits = place.Shape.SequenceEqual(shape) && place.Begin <= place.End && place.End <= stream.Length
            && place.End - place.Begin == shape.Aggregate((long)bytesPerNumber, (product, n) => product * n);
        if (!fits)
        {
            throw new DataException(
                $"{file}: tensor '{name}' of shape [{string.Join(", ", place.Shape)}] takes bytes {place.Begin} to {place.End} of {stream.Length}, "
                    + $"expected the shape [{string.Join(", ", shape)}], {bytesPerNumber} bytes per number: the file was cut short or tampered with");
        }
    }

    /// <summary>A tensor of bytes.</summary>
    public byte[] Bytes(string name)
    {
        TensorPlace place = this[name];
        Require(name, 1, place.End - place.Begin);
        return place.Type == "U8" && place.End - place.Begin <= Array.MaxLength
            ? Content(place)
            : throw new DataException($"{file}: tensor '{name}' is of type {place.Type} and {place.End - place.Begin} bytes, expected U8 of at most {Array.MaxLength}");
    }

    /// <summary>A tensor of whole numbers.</summary>
    public long[] Integers(string name, string type, long count)
    {
        int size = type == "I64" ? 8 : 4;
        TensorPlace place = this[name];
        if (place.Type != type || count * size > Array.MaxLength)
        {
            throw new DataException($"{file}: tensor '{name}' is of type {place.Type}, expected {type}");
        }

        Require(name, size, count);
        byte[] bytes = Content(place);
        long[] numbers = new long[count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = size == 8 ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 * i)) : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
        }

        return numbers;
    }

    private byte[] Content(TensorPlace place)
    {
        byte[] bytes = new byte[place.End - place.Begin];
        stream.Position = place.Begin;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void Add(JsonElement header, long start)
    {
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (JsonProperty text in entry.Value.EnumerateObject())
                {
                    metadata[text.Name] = text.Value.GetString() ?? "";
                }

                continue;
            }

            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
            long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt64())];
            places[entry.Name] = offsets is [>= 0, >= 0]
                ? new TensorPlace(entry.Value.GetProperty("dtype").GetString() ?? "", shape, checked(start + offsets[0]), checked(start + offsets[1]))
                : throw new FormatException($"tensor '{entry.Name}' has no place");
        }
    }
}
