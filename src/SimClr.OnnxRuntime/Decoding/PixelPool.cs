using System.Buffers;
using System.Runtime.InteropServices;

namespace SimClr.Data;

/// <summary>The arrays of decoded images.</summary>
internal static class PixelPool
{
    /// <summary>Returns an array of at least the given length with arbitrary contents.</summary>
    public static byte[] Rent(int length) => ArrayPool<byte>.Shared.Rent(length);

    /// <summary>Returns an array to the pool once nothing refers to it.</summary>
    public static void Return(byte[] array) => ArrayPool<byte>.Shared.Return(array);

    /// <summary>Returns the array of an image to the pool.</summary>
    public static void Return(RgbImage image)
    {
        if (MemoryMarshal.TryGetArray(image.Pixels, out ArraySegment<byte> segment))
        {
            Return(segment.Array!);
        }
    }
}
