using System.Text;

namespace SimClr.Data;

/// <summary>Reads arrays, which may be nested, from the elements of a MAT-file.</summary>
internal static class MatArrays
{
    private const int Matrix = 14;
    private const int MinElementBytes = 8;
    private const int MaxDepth = 32;
    private const int MaxFields = 4096;

    private static readonly MatNumbers Nothing = new([]);   // Shared: an empty array takes only 8 bytes of a file.

    /// <summary>Reads the named arrays; other elements are ignored.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static IEnumerable<(string Name, MatValue Value)> ReadAll(MatElements elements)
    {
        while (!elements.IsAtEnd)
        {
            (int type, MatElements data) = elements.Next();
            if (type == Matrix)
            {
                yield return Read(data, 0);
            }
        }
    }

    private static (string Name, MatValue Value) Read(MatElements array, int depth)
    {
        if (array.IsAtEnd)
        {
            return ("", Nothing);   // MATLAB writes this for [].
        }

        if (depth > MaxDepth)
        {
            throw array.Damaged($"arrays nested more than {MaxDepth} deep");
        }

        int[] flags = array.Next("the class of an array", 6).ToInt32();
        int kind = flags.Length > 0 ? flags[0] & 0xFF : throw array.Damaged("an array without its class");
        int count = Count(array, array.Next("the dimensions of an array", 5).ToInt32());
        string name = Encoding.UTF8.GetString(array.Next("the name of an array", 1, 2, 16).ToBytes());
        return (name, kind switch
        {
            1 => new MatCells(ReadMany(array, count, depth)),
            2 => ReadStructs(array, count, depth),
            4 => ReadText(array, count),
            >= 6 and <= 15 => ReadNumbers(array, count),
            _ => new MatOther(kind),
        });
    }

    private static int Count(MatElements array, int[] dimensions)
    {
        long count = 1;
        foreach (int side in dimensions)
        {
            count = side >= 0
                ? Math.Min(count * side, int.MaxValue)
                : throw array.Damaged($"an array with a dimension of {side}");
        }

        return dimensions.Length >= 2 ? (int)count
            : throw array.Damaged($"an array of {dimensions.Length} dimension(s), expected at least 2");
    }

    /// <summary>Checks, before anything is allocated, that the remaining bytes can hold that many elements.</summary>
    private static void CheckSize(MatElements array, long elements)
    {
        if (elements > array.Left / MinElementBytes)
        {
            throw array.Damaged($"an array of {elements} elements in {array.Left} bytes");
        }
    }

    private static MatValue[] ReadMany(MatElements array, int count, int depth)
    {
        CheckSize(array, count);
        var items = new MatValue[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = Read(array.Next("an array within an array", Matrix), depth + 1).Value;
        }

        return items;
    }

    private static MatStructs ReadStructs(MatElements array, int count, int depth)
    {
        string[] names = ReadNames(array);
        if (names.Length == 0)
        {
            return new MatStructs(count, new Dictionary<string, MatValue[]>());   // They take no bytes.
        }

        CheckSize(array, (long)count * names.Length);
        MatValue[][] values = [.. names.Select(_ => new MatValue[count])];
        for (int i = 0; i < count; i++)
        {
            for (int field = 0; field < names.Length; field++)
            {
                values[field][i] = Read(array.Next("a field of a struct", Matrix), depth + 1).Value;
            }
        }

        return new MatStructs(
            count,
            names.Zip(values).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <summary>Reads the field names, each padded with zeros to the same length.</summary>
    private static string[] ReadNames(MatElements array)
    {
        int[] room = array.Next("the length of field names", 5).ToInt32();
        ReadOnlySpan<byte> names = array.Next("the names of fields", 1, 2).ToBytes();
        if (room is not [> 0] || names.Length % room[0] != 0 || names.Length / room[0] > MaxFields)
        {
            throw array.Damaged($"{names.Length} bytes of field names, {string.Join(", ", room.Take(2))} for each");
        }

        string[] texts = new string[names.Length / room[0]];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Encoding.UTF8.GetString(names.Slice(i * room[0], room[0])).Split('\0')[0];
        }

        return texts;
    }

    private static MatNumbers ReadNumbers(MatElements array, int count)
    {
        (int type, MatElements data) = array.Next();
        double[] values = data.ToNumbers(type) ?? throw array.Damaged($"numbers of type {type}");
        return values.Length == count
            ? new MatNumbers(values)
            : throw array.Damaged($"{values.Length} numbers in an array of {count}");
    }

    private static MatText ReadText(MatElements array, int count)
    {
        if (array.IsAtEnd && count == 0)
        {
            return new MatText("");
        }

        (int type, MatElements data) = array.Next();
        if (type == 16)
        {
            return new MatText(Encoding.UTF8.GetString(data.ToBytes()));
        }

        double[] codes = data.ToNumbers(type) ?? throw array.Damaged($"characters of type {type}");
        return codes.Length == count
            && codes.All(code => code is >= 0 and <= char.MaxValue && code == Math.Truncate(code))
            ? new MatText(string.Concat(codes.Select(code => (char)code)))
            : throw array.Damaged($"{codes.Length} characters in a character array of {count}");
    }
}
