using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// Memory outside the managed heap for random access to tables of many megabytes: on Linux in pages of 2 MB if
/// available, so that most reads need no page lookup.
/// </summary>
internal static unsafe partial class HugePageMemory
{
    private const nuint HugePage = 1 << 21;
    private const int AdviseHugePages = 14;

    public static void* Allocate(long bytes)
    {
        nuint size = (nuint)bytes;
        if (!OperatingSystem.IsLinux() || size < 2 * HugePage)
        {
            return NativeMemory.AlignedAlloc(size, 64);
        }

        void* memory = NativeMemory.AlignedAlloc(size, HugePage);
        _ = Advise(memory, size / HugePage * HugePage, AdviseHugePages);   // If refused, small pages will do.
        return memory;
    }

    /// <summary>Returns a larger block with the same beginning and frees the old one.</summary>
    public static void* Resize(void* old, long used, long bytes)
    {
        void* larger = Allocate(bytes);
        Buffer.MemoryCopy(old, larger, bytes, used);
        Free(old);
        return larger;
    }

    public static void Free(void* memory) => NativeMemory.AlignedFree(memory);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
