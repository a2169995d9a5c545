using System.Text;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// A level 5 MAT-file, as written by MATLAB's <c>save</c> up to <c>-v7</c> and by SciPy's <c>savemat</c>: numbers,
/// character arrays, cells and structs, compressed or not, in either byte order. Level 4 and version 7.3 (HDF5) are
/// rejected.
/// </summary>
internal sealed class MatFile
{
    private const int HeaderBytes = 128;
    private const long MaxFileBytes = 1 << 28;   // The labels of a million images take a tenth of this.

    private readonly string path;
    private readonly Dictionary<string, MatValue> variables;

    private MatFile(string path, Dictionary<string, MatValue> variables)
    {
        this.path = path;
        this.variables = variables;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">
    /// The file is not a level 5 MAT-file, is damaged, or is too large for labels.
    /// </exception>
    public static MatFile Read(string path)
    {
        byte[] bytes = ReadAll(path);
        bool bigEndian = CheckHeader(path, bytes);
        var variables = new Dictionary<string, MatValue>();
        var elements = new MatElements(
            path, bytes.AsMemory(HeaderBytes), bigEndian, HeaderBytes, new InflationBudget(bytes.Length));
        foreach ((string name, MatValue value) in MatArrays.ReadAll(elements))
        {
            variables[name] = value;
        }

        return new MatFile(path, variables);
    }

    /// <summary>Returns a numeric variable with integer values.</summary>
    /// <exception cref="DataException">The variable is missing or has a different kind of value.</exception>
    public int[] Integers(string name)
        => [.. Get<MatNumbers>(name, "whole numbers").Values.Select(value => Whole(value, name))];

    /// <summary>Returns a variable that is a cell array of character arrays.</summary>
    /// <inheritdoc cref="Integers(string)"/>
    public string[] Texts(string name) =>
        [.. Get<MatCells>(name, "a cell array of character arrays").Items.Select(item => Text(item, name))];

    /// <summary>Returns a field of a struct array, one text per struct.</summary>
    /// <inheritdoc cref="Integers(string)"/>
    public string[] Texts(string name, string field)
        => [.. Field(name, field).Select(value => Text(value, $"{name}.{field}"))];

    /// <summary>Returns a field of a struct array, one integer per struct.</summary>
    /// <inheritdoc cref="Integers(string)"/>
    public int[] Integers(string name, string field)
        => [.. Field(name, field).Select(value => Whole(value, $"{name}.{field}"))];

    private MatValue[] Field(string name, string field)
    {
        MatStructs structs = Get<MatStructs>(name, $"structs with the field '{field}'");
        return structs.Fields.TryGetValue(field, out MatValue[]? values)
            ? values
            : throw Wrong($"'{name}' has the fields {string.Join(", ", structs.Fields.Keys)}", $"a field '{field}'");
    }

    private T Get<T>(string name, string expected)
        where T : MatValue
        => variables.TryGetValue(name, out MatValue? value)
            ? value as T ?? throw Wrong($"'{name}' is {value}", expected)
            : throw Wrong(
                variables.Count == 0 ? "got no variable" : $"got the variables {string.Join(", ", variables.Keys)}",
                $"'{name}' with {expected}");

    private string Text(MatValue value, string name)
        => value is MatText text ? text.Text : throw Wrong($"'{name}' holds {value}", "a character array");

    private int Whole(MatValue value, string name) => value is MatNumbers { Values: [double number] }
        ? Whole(number, name)
        : throw Wrong($"'{name}' holds {value}", "one whole number");

    private int Whole(double number, string name)
        => number is >= int.MinValue and <= int.MaxValue && number == Math.Truncate(number)
            ? (int)number
            : throw Wrong(FormattableString.Invariant($"'{name}' holds {number}"), "a whole number");

    private DataException Wrong(string got, string expected) => new($"{path}: {got}, expected {expected}");

    private static byte[] ReadAll(string path)
    {
        try
        {
            long length = FileSize.Get(path);
            return length <= MaxFileBytes
                ? RegularFile.ReadAllBytes(path)
                : throw new DataException(
                    $"{path}: got {length} bytes, expected a MAT-file with labels, of at most {MaxFileBytes}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <returns>Whether the most significant byte comes first.</returns>
    private static bool CheckHeader(string path, byte[] bytes)
    {
        bool isHdf5 = IsHdf5At(bytes, 0) || IsHdf5At(bytes, 512) || StartsWith(bytes, "MATLAB 7.3"u8);
        if (isHdf5)
        {
            throw new DataException(
                $"{path}: this is a MAT-file of version 7.3 (HDF5), which is not supported; expected level 5: "
                    + "load it in MATLAB and save it again with -v7, or write it with SciPy's savemat");
        }

        if (bytes.Length < HeaderBytes)
        {
            throw new DataException(
                $"{path}: got {bytes.Length} bytes, expected a level 5 MAT-file, which has a header of {HeaderBytes}");
        }

        string order = Encoding.Latin1.GetString(bytes, HeaderBytes - 2, 2);
        int version = order == "MI" ? bytes[HeaderBytes - 4] : bytes[HeaderBytes - 3];
        return order is "IM" or "MI" && version == 1
            ? order == "MI"
            : throw new DataException(
                $"{path}: this is not a level 5 MAT-file (the format of MATLAB's save -v7 and SciPy's savemat)");
    }

    private static bool IsHdf5At(byte[] bytes, int offset)
        => bytes.Length >= offset + 4 && bytes[offset] == 0x89 && bytes.AsSpan(offset + 1, 3).SequenceEqual("HDF"u8);

    private static bool StartsWith(byte[] bytes, ReadOnlySpan<byte> text) => bytes.AsSpan().StartsWith(text);
}
