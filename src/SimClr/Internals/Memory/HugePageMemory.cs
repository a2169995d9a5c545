using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// Memory outside the managed heap for tables of many megabytes that are read here and there: on Linux in pages of 2 MB
/// where the system has them, so that most reads need not look up a page first.
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
        _ = Advise(memory, size / HugePage * HugePage, AdviseHugePages);   // Where it is refused, small pages do.
        return memory;
    }

    /// <summary>A larger piece with the same beginning; the old one is freed.</summary>
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
