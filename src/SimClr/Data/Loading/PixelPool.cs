using System.Runtime.InteropServices;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// A pool of pixel arrays for decoded images. A fresh array of half a megabyte costs a page fault per 4 KB, which on
/// some machines takes as long as decoding. Thread-safe.
/// </summary>
internal static class PixelPool
{
    private const int MaxArrayBytes = 32 << 20;

    // About as many as the loaders use at a time.
    private static readonly int MaxArrays = 2 * ComputeThreads.Cores;

    private static readonly List<byte[]> Free = [];

    /// <summary>
    /// Returns an array of at least the given length with arbitrary contents. It need not be returned to the pool.
    /// </summary>
    public static byte[] Rent(int length)
    {
        lock (Free)
        {
            // Not an array more than twice as long: the image may be kept for good.
            int fitting = Free.FindLastIndex(array => array.Length >= length && array.Length / 2 <= length);
            if (fitting >= 0)
            {
                byte[] found = Free[fitting];
                Free.RemoveAt(fitting);
                return found;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>
    /// Returns an array to the pool once nothing refers to it. If the pool is full, its oldest array is dropped.
    /// </summary>
    public static void Return(byte[] array)
    {
        if (array.Length > MaxArrayBytes)
        {
            return;
        }

        lock (Free)
        {
            Free.Add(array);
            if (Free.Count > MaxArrays)
            {
                Free.RemoveAt(0);
            }
        }
    }

    /// <summary>Returns the pixel array of an image to the pool.</summary>
    public static void Return(RgbImage image)
    {
        if (MemoryMarshal.TryGetArray(image.Memory, out ArraySegment<byte> segment))
        {
            Return(segment.Array!);
        }
    }

    /// <summary>Releases all arrays in the pool: on a machine with many cores they can be gigabytes.</summary>
    public static void Clear()
    {
        lock (Free)
        {
            Free.Clear();
        }
    }
}
