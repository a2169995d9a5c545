using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>Memory outside the managed heap for the pixels of a batch; it may exceed the length of a span.</summary>
/// <param name="start">The address of the first byte.</param>
/// <param name="images">The number of images.</param>
/// <param name="values">Numbers per image.</param>
/// <param name="bfloat16">Whether the numbers are bfloat16; floats otherwise.</param>
internal readonly unsafe struct PixelMemory(byte* start, int images, int values, bool bfloat16)
{
    public bool IsBFloat16 => bfloat16;

    /// <summary>The floats of an image.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public Span<float> Floats(int image) => Row<float>(image);

    /// <summary>The bfloat16 numbers of an image.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public Span<ushort> BFloat16s(int image) => Row<ushort>(image);

    /// <summary>Sets all numbers to zero.</summary>
    public void Clear() => NativeMemory.Clear(start, (nuint)images * (nuint)values * (bfloat16 ? 2u : 4u));

    private Span<T> Row<T>(int image)
        where T : unmanaged
    {
        if (sizeof(T) != (bfloat16 ? 2 : 4))
        {
            throw new InvalidOperationException($"the memory holds {(bfloat16 ? "bfloat16 numbers" : "floats")}");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(image);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(image, images);
        return new Span<T>(start + ((long)image * values * sizeof(T)), values);
    }
}
