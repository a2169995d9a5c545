namespace SimClr.Parquet;

/// <summary>
/// A reader of Thrift's compact protocol
/// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) for untrusted bytes: nothing
/// past their end is read, and the nesting depth and number of values are limited.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 16;
    private const int MaxFields = 128;
    private const int MaxValues = 500_000;   // The number for a footer with 4,000 row groups.

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int values;

    /// <summary>The number of bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>Whether the reader needed more bytes than there are.</summary>
    public bool LacksBytes { get; private set; }

    /// <exception cref="InvalidDataException">The bytes are not a struct.</exception>
    public ThriftStruct Read() => Struct(MaxDepth);

    private ThriftStruct Struct(int levels)
    {
        var read = new ThriftStruct();
        int last = 0;
        for (byte head = Byte(); head != 0; head = Byte())
        {
            last = head >> 4 == 0 ? (short)Signed() : last + (head >> 4);
            if (read.Fields.Count == MaxFields || read.Has(last))
            {
                throw new InvalidDataException(
                    $"a struct with field {last} twice, or with more than {MaxFields} fields");
            }

            read.With(last, (head & 15) is 1 or 2 ? (head & 15) == 1 : Value(head & 15, levels - 1));
        }

        return read;
    }

    private object Value(int type, int levels)
    {
        if (levels == 0 || ++values > MaxValues)
        {
            throw new InvalidDataException(
                levels == 0 ? $"values nested more than {MaxDepth} deep" : $"more than {MaxValues} values");
        }

        return type switch
        {
            1 or 2 => Byte() == 1,
            3 => (int)(sbyte)Byte(),
            4 or 5 => Signed() is >= int.MinValue and <= int.MaxValue and var number ? (int)number
                : throw new InvalidDataException("a number outside the range of its type"),
            6 => Signed(),
            7 => BitConverter.ToDouble(Take(8)),
            8 => Take(Length()).ToArray(),
            9 or 10 => List(levels),
            12 => Struct(levels),
            _ => throw new InvalidDataException($"a value of type {type}"),
        };
    }

    private List<object> List(int levels)
    {
        byte head = Byte();
        int count = head >> 4 == 15 ? Length() : head >> 4;
        if (count > bytes.Length - Position)
        {
            LacksBytes = true;
            throw new InvalidDataException($"a list of {count} values in {bytes.Length - Position} bytes");
        }

        var list = new List<object>(Math.Min(count, MaxValues));
        for (int i = 0; i < count; i++)
        {
            list.Add(Value(head & 15, levels - 1));
        }

        return list;
    }

    private int Length() => Unsigned() is <= int.MaxValue and var length ? (int)length
        : throw new InvalidDataException("a length greater than that of any file");

    private long Signed() => Unsigned() is var number ? (long)(number >> 1) ^ -(long)(number & 1) : 0;

    private ulong Unsigned()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a number of more than 64 bits");
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > bytes.Length - Position)
        {
            LacksBytes = true;
            throw new InvalidDataException("the end of the data where more is expected");
        }

        Position += length;
        return bytes.Slice(Position - length, length);
    }
}
