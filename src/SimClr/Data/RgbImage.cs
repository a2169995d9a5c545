namespace SimClr.Data;

/// <summary>A decoded image: 8-bit RGB, [height × width × 3] bytes, rows from the top and without padding.</summary>
public sealed class RgbImage
{
    private readonly ReadOnlyMemory<byte> memory;

    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">The width in pixels, above 0.</param>
    /// <param name="height">The height in pixels, above 0.</param>
    /// <param name="pixels">height · width · 3 bytes, red first.</param>
    /// <exception cref="ArgumentException">
    /// The length of <paramref name="pixels"/> is not height · width · 3.
    /// </exception>
    public RgbImage(int width, int height, byte[] pixels)
        : this(width, height, (ReadOnlyMemory<byte>)(pixels ?? throw new ArgumentNullException(nameof(pixels))))
    {
    }

    /// <summary>Wraps pixels in part of an array or outside the managed heap, without copying them.</summary>
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

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>The pixels: height · width · 3 bytes, red first.</summary>
    public ReadOnlySpan<byte> Pixels => memory.Span;

    internal ReadOnlyMemory<byte> Memory => memory;
}
