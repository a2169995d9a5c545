namespace SimClr.Augmentation;

/// <summary>A rectangle of pixels.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows, above 0.</param>
/// <param name="Width">Columns, above 0.</param>
public readonly record struct Box(int Top, int Left, int Height, int Width);
