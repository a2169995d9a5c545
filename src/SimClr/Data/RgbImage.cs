namespace SimClr.Data;

/// <summary>A decoded image: 8-bit RGB, rows from the top, three bytes per pixel without padding (height × width × 3).</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Pixels per row, above 0.</param>
    /// <param name="height">Rows, above 0.</param>
    /// <param name="pixels">height · width · 3 bytes, red first.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="pixels"/> is not height · width · 3.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException($"got {pixels.Length} bytes, expected {height} × {width} × 3", nameof(pixels));
        }

        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>height · width · 3 bytes, red first. Not to be changed: data sets hand out the same array again.</summary>
    public byte[] Pixels { get; }
}
