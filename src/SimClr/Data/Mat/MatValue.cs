using System.Globalization;

namespace SimClr.Data;

/// <summary>A value of a MAT-file; elements in the order of the file, the first index fastest.</summary>
/// <param name="Count">The number of elements: the product of the dimensions.</param>
internal abstract record MatValue(int Count)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string Kind { get; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} of {Count} elements");
}

/// <summary>Numbers of any type, real parts only.</summary>
internal sealed record MatNumbers(double[] Values) : MatValue(Values.Length)
{
    public override string Kind => "a numeric array";

    public override string ToString() => base.ToString();
}

/// <summary>Characters; of a matrix of them, all in one text.</summary>
internal sealed record MatText(string Text) : MatValue(Text.Length)
{
    public override string Kind => "a text";

    public override string ToString() => base.ToString();
}

/// <summary>Values of any kinds.</summary>
internal sealed record MatCells(MatValue[] Items) : MatValue(Items.Length)
{
    public override string Kind => "a cell array";

    public override string ToString() => base.ToString();
}

/// <summary>An array of structs: for each field one value per struct.</summary>
internal sealed record MatStructs(int Length, IReadOnlyDictionary<string, MatValue[]> Fields) : MatValue(Length)
{
    public override string Kind => "a struct array";

    public override string ToString() => base.ToString();
}

/// <summary>Something that is not read: objects, functions, sparse arrays.</summary>
/// <param name="Class">The number of its class in the format.</param>
internal sealed record MatOther(int Class) : MatValue(0)
{
    public override string Kind => string.Create(CultureInfo.InvariantCulture, $"an array of class {Class}, which is not read");

    public override string ToString() => Kind;
}
