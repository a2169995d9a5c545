namespace SimClr.Parquet;

/// <summary>A writer of the format that <see cref="ThriftReader"/> reads.</summary>
internal static class ThriftWriter
{
    public static byte[] Write(ThriftStruct value)
    {
        var bytes = new MemoryStream();
        Write(bytes, value);
        return bytes.ToArray();
    }

    private static void Write(MemoryStream to, ThriftStruct value)
    {
        int last = 0;
        foreach ((int field, object item) in value.Fields.OrderBy(item => item.Field))
        {
            int type = item is true ? 1 : item is false ? 2 : TypeOf(item);
            if (field - last is > 0 and < 16 and var step)
            {
                to.WriteByte((byte)((step << 4) | type));
            }
            else
            {
                to.WriteByte((byte)type);
                Signed(to, field);
            }

            last = field;
            if (item is not bool)
            {
                WriteValue(to, item);
            }
        }

        to.WriteByte(0);
    }

    private static int TypeOf(object value) => value switch
    {
        bool => 1,
        int => 5,
        long => 6,
        byte[] => 8,
        List<object> => 9,
        ThriftStruct => 12,
        _ => throw new InvalidDataException($"a value of type {value.GetType().Name} cannot be written"),
    };

    private static void WriteValue(MemoryStream to, object value)
    {
        switch (value)
        {
            case int number:
                Signed(to, number);
                break;
            case long number:
                Signed(to, number);
                break;
            case byte[] text:
                Unsigned(to, (ulong)text.Length);
                to.Write(text);
                break;
            case List<object> list:
                to.WriteByte((byte)(0xF0 | (list.Count > 0 ? TypeOf(list[0]) : 12)));
                Unsigned(to, (ulong)list.Count);
                list.ForEach(item => WriteValue(to, item));
                break;
            case ThriftStruct inner:
                Write(to, inner);
                break;
        }
    }

    private static void Signed(MemoryStream to, long number) => Unsigned(to, (ulong)((number << 1) ^ (number >> 63)));

    private static void Unsigned(MemoryStream to, ulong number)
    {
        for (; number > 0x7F; number >>= 7)
        {
            to.WriteByte((byte)(number | 0x80));
        }

        to.WriteByte((byte)number);
    }
}
