namespace SimClr.Maps;

/// <summary>A place in the plane for each row of a table.</summary>
/// <param name="places">x and y of each row.</param>
public sealed class ImageMap(float[] places)
{
    /// <summary>Rows.</summary>
    public int Count => places.Length / 2;

    /// <summary>x and y of each row, row by row.</summary>
    public IReadOnlyList<float> Places => places;

    /// <summary>The share of the variance of the unit vectors that the two axes hold, 0 … 1; null where axes mean nothing.</summary>
    public double? Explained { get; internal init; }

    /// <summary>A row's place.</summary>
    public (float X, float Y) this[int row] => (places[2 * row], places[(2 * row) + 1]);
}
