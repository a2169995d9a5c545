namespace SimClr.Maps;

/// <summary>Plane coordinates for each row of a table.</summary>
/// <param name="coordinates">x and y of each row, row by row.</param>
public sealed class ImageMap(float[] coordinates)
{
    /// <summary>The number of rows.</summary>
    public int Count => coordinates.Length / 2;

    /// <summary>x and y of each row, row by row.</summary>
    public IReadOnlyList<float> Coordinates => coordinates;

    /// <summary>
    /// The share of the unit vectors' variance along the two axes, 0 … 1; null if the axes have no meaning.
    /// </summary>
    public double? Explained { get; internal init; }

    /// <summary>The coordinates of a row.</summary>
    public (float X, float Y) this[int row] => (coordinates[2 * row], coordinates[(2 * row) + 1]);
}
