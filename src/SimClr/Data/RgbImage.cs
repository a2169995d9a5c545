namespace SimClr.Data;

/// <summary>A decoded image: 8-bit RGB, rows from the top, three bytes per pixel without padding (height × width × 3).</summary>
public sealed class RgbImage
{
    private readonly ReadOnlyMemory<byte> memory;

    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Pixels per row, above 0.</param>
    /// <param name="height">Rows, above 0.</param>
    /// <param name="pixels">height · width · 3 bytes, red first.</param>
    /// <exception cref="ArgumentException">The length of <paramref name="pixels"/> is not height · width · 3.</exception>
    public RgbImage(int width, int height, byte[] pixels)
        : this(width, height, (ReadOnlyMemory<byte>)(pixels ?? throw new ArgumentNullException(nameof(pixels))))
    {
    }

    /// <summary>Wraps pixels that are part of an array, or lie outside the managed heap, without copying them.</summary>
    /// <inheritdoc cref="RgbImage(int, int, byte[])"/>
    public RgbImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != 3L * width * height)
        {
            throw new ArgumentException($"got {pixels.Length} bytes, expected {height} × {width} × 3", nameof(pixels));
        }

        Width = width;
        Height = height;
        memory = pixels;
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>height · width · 3 bytes, red first.</summary>
    public ReadOnlySpan<byte> Pixels => memory.Span;

    internal ReadOnlyMemory<byte> Memory => memory;
}
