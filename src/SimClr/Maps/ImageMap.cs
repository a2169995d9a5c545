namespace SimClr.Maps;

/// <summary>A place in the plane for each row of a table.</summary>
/// <param name="coordinates">x and y of each row.</param>
public sealed class ImageMap(float[] coordinates)
{
    /// <summary>Rows.</summary>
    public int Count => coordinates.Length / 2;

    /// <summary>x and y of each row, row by row.</summary>
    public IReadOnlyList<float> Coordinates => coordinates;

    /// <summary>The share of the variance of the unit vectors that the two axes hold, 0 … 1; null where axes mean nothing.</summary>
    public double? Explained { get; internal init; }

    /// <summary>A row's place.</summary>
    public (float X, float Y) this[int row] => (coordinates[2 * row], coordinates[(2 * row) + 1]);
}
