using System.Runtime.InteropServices;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Memory of decoded images that are no longer needed, for the next ones: a fresh array of half a megabyte costs the system a
/// page fault for every 4 KB, which on some machines takes as long as decoding. Thread-safe.
/// </summary>
internal static class PixelPool
{
    private const int MaxArrayBytes = 32 << 20;

    // As many as loaders have in use at a time.
    private static readonly int MaxArrays = 2 * ComputeThreads.Cores;

    private static readonly List<byte[]> Free = [];

    /// <summary>An array of at least this length, with anything in it. One that is never returned is not missed.</summary>
    public static byte[] Rent(int length)
    {
        lock (Free)
        {
            // Not one that is far too large: the image may be kept for good.
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

    /// <summary>Takes back an array that nobody reads any more. When there are too many, the one that lay longest is let go.</summary>
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

    /// <summary>The same for the pixels of an image.</summary>
    public static void Return(RgbImage image)
    {
        if (MemoryMarshal.TryGetArray(image.Memory, out ArraySegment<byte> segment))
        {
            Return(segment.Array!);
        }
    }

    /// <summary>Lets go of all that nobody uses: on many cores it may be gigabytes.</summary>
    public static void Clear()
    {
        lock (Free)
        {
            Free.Clear();
        }
    }
}
