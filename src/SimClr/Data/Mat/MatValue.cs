using System.Globalization;

namespace SimClr.Data;

/// <summary>
/// A value in a MAT-file. Elements are in the order of the file, with the first index varying fastest.
/// </summary>
/// <param name="Count">The number of elements: the product of the dimensions.</param>
internal abstract record MatValue(int Count)
{
    /// <summary>The kind of value, for messages.</summary>
    public abstract string Kind { get; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} of {Count} elements");
}

/// <summary>A numeric array of any type; real parts only.</summary>
internal sealed record MatNumbers(double[] Values) : MatValue(Values.Length)
{
    public override string Kind => "a numeric array";

    public override string ToString() => base.ToString();
}

/// <summary>A character array; the rows of a matrix form one text.</summary>
internal sealed record MatText(string Text) : MatValue(Text.Length)
{
    public override string Kind => "a character array";

    public override string ToString() => base.ToString();
}

/// <summary>A cell array of values of any kind.</summary>
internal sealed record MatCells(MatValue[] Items) : MatValue(Items.Length)
{
    public override string Kind => "a cell array";

    public override string ToString() => base.ToString();
}

/// <summary>A struct array: for each field, one value per struct.</summary>
internal sealed record MatStructs(int Length, IReadOnlyDictionary<string, MatValue[]> Fields) : MatValue(Length)
{
    public override string Kind => "a struct array";

    public override string ToString() => base.ToString();
}

/// <summary>A value of an unsupported class: an object, a function or a sparse array.</summary>
/// <param name="Class">The number of the class in the format.</param>
internal sealed record MatOther(int Class) : MatValue(0)
{
    public override string Kind
        => string.Create(CultureInfo.InvariantCulture, $"an array of class {Class}, which is not supported");

    public override string ToString() => Kind;
}
