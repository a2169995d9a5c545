using System.Buffers.Binary;
using SimClr.Checkpoints;

namespace SimClr.Embeddings;

/// <summary>
/// The tensors of an open safetensors file by name. They are read without the tensor library, so that a search does not
/// wait for it to load.
/// </summary>
internal sealed class SafetensorsParts
{
    private readonly Stream stream;
    private readonly string file;
    private readonly Dictionary<string, TensorEntry> places;

    private SafetensorsParts(Stream stream, string file)
    {
        this.stream = stream;
        this.file = file;
        SafetensorsHeader header = SafetensorsHeader.Read(stream, file);
        places = header.Tensors.ToDictionary(place => place.Name);
        Metadata = header.Metadata;
    }

    /// <summary>The text entries, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the tensors, for messages.</summary>
    public string NamesText
        => string.Join(", ", places.Keys.Take(4).Select(name => $"'{name}'")) + (places.Count > 4 ? ", …" : "");

    /// <summary>Returns the position of a tensor.</summary>
    public TensorEntry this[string name] => places.TryGetValue(name, out TensorEntry? place)
        ? place
        : throw new DataException($"{file}: got the tensors {NamesText}, expected one named '{name}' as well");

    /// <summary>Reads the header.</summary>
    /// <exception cref="DataException">The header is not valid or does not match the file.</exception>
    public static SafetensorsParts Read(Stream stream, string file) => new(stream, file);

    public bool Has(string name) => places.ContainsKey(name);

    /// <summary>Checks that the length of a tensor matches its shape and that it lies within the file.</summary>
    public void Require(string name, int bytesPerNumber, params long[] shape)
    {
        TensorEntry place = this[name];
        bool fits = place.Shape.SequenceEqual(shape) && place.Begin <= place.End && place.End <= stream.Length
            && place.End - place.Begin == shape.Aggregate((long)bytesPerNumber, (product, n) => product * n);
        if (!fits)
        {
            throw new DataException(
                $"{file}: tensor '{name}' of shape [{string.Join(", ", place.Shape)}] takes bytes {place.Begin} to "
                    + $"{place.End} of {stream.Length}, expected the shape [{string.Join(", ", shape)}], "
                    + $"{bytesPerNumber} bytes per number: the file was cut short or tampered with");
        }
    }

    /// <summary>Reads a tensor of bytes.</summary>
    public byte[] Bytes(string name)
    {
        TensorEntry place = this[name];
        Require(name, 1, place.End - place.Begin);
        return place.Type == "U8" && place.End - place.Begin <= Array.MaxLength
            ? Content(place)
            : throw new DataException(
                $"{file}: tensor '{name}' is of type {place.Type} and {place.End - place.Begin} bytes, expected U8 of "
                    + $"at most {Array.MaxLength}");
    }

    /// <summary>Reads a tensor of integers.</summary>
    public long[] Integers(string name, string type, long count)
    {
        int size = type == "I64" ? 8 : 4;
        TensorEntry place = this[name];
        if (place.Type != type || count * size > Array.MaxLength)
        {
            throw new DataException($"{file}: tensor '{name}' is of type {place.Type}, expected {type}");
        }

        Require(name, size, count);
        byte[] bytes = Content(place);
        long[] numbers = new long[count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = size == 8
                ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 * i))
                : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
        }

        return numbers;
    }

    private byte[] Content(TensorEntry entry)
    {
        byte[] bytes = new byte[entry.End - entry.Begin];
        stream.Position = entry.Begin;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
