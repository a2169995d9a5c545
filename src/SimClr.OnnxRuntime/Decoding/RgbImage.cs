namespace SimClr.Data;

/// <summary>A decoded image: 8-bit RGB, [height × width × 3] bytes, rows from the top.</summary>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Pixels">height · width · 3 bytes, red first.</param>
internal sealed record RgbImage(int Width, int Height, Memory<byte> Pixels);
