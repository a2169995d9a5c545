using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// A scope in which the process keeps memory that libtorch frees. A training step frees and allocates the same large
/// tensors again and again; by default, glibc returns each to the system and requests it again, with a page fault for
/// every 4 KB. New memory comes in pages of 2 MB if the system can provide them. No effect if the C library is not
/// glibc.
/// </summary>
internal sealed partial class MallocTuning : IDisposable
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MaxMappings = -4;
    private const int DefaultMaxMappings = 65536;
    private const int DefaultThreshold = 128 * 1024;
    private const int AdviseHugePages = 14;   // MADV_HUGEPAGE
    private const nint HugePageBytes = 2 << 20;

    private static readonly bool IsGlibc = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.TryGetExport(library, "mallopt", out _);

    // If the system counts allocated rather than written memory, this would withhold half of the memory from all other
    // processes.
    private static readonly bool CanReserveAddresses = IsGlibc && !IsStrictOvercommit("/proc/sys/vm/overcommit_memory");

    private static int alive;

    /// <summary>From now on, keeps freed memory for later steps.</summary>
    public MallocTuning()
    {
        if (Interlocked.Increment(ref alive) == 1)
        {
            Set(maxMappings: 0, DefaultThreshold, trimThreshold: -1);
            RequestHugePages();
        }
    }

    /// <summary>
    /// Returns currently free memory to the system. Called between two parts of a step that allocate different sizes:
    /// memory freed by one part does not fit the other, so the heap would grow.
    /// </summary>
    public static void TrimHeap()
    {
        if (IsGlibc)
        {
            _ = Trim(0);
            if (Volatile.Read(ref alive) > 0)
            {
                RequestHugePages();
            }
        }
    }

    /// <summary>
    /// When the last instance is disposed, restores glibc's defaults and returns free memory to the system.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref alive) > 0)
        {
            return;
        }

        Set(DefaultMaxMappings, DefaultThreshold, DefaultThreshold);
        TrimHeap();
    }

    /// <summary>
    /// Moves the end of the heap far beyond the used part, marks the range for large pages, and leaves it there.
    /// Addresses cost nothing until they are written to; a process that may not reserve as many continues without large
    /// pages.
    /// </summary>
    private static void RequestHugePages()
    {
        nint bytes = (nint)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        if (!CanReserveAddresses || Allocate((nuint)bytes) is not (> 0 and { } start))
        {
            return;
        }

        nint first = (start + HugePageBytes - 1) / HugePageBytes * HugePageBytes;
        nint length = bytes - (first - start);
        _ = Advise(first, (nuint)Math.Max(0, length / HugePageBytes * HugePageBytes), AdviseHugePages);
        Free(start);
    }

    /// <summary>Returns whether the setting forbids overcommitting memory (vm.overcommit_memory is 2).</summary>
    internal static bool IsStrictOvercommit(string setting)
    {
        try
        {
            return File.ReadAllText(setting).AsSpan().Trim() is "2";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Set(int maxMappings, int mapThreshold, int trimThreshold)
    {
        if (IsGlibc)
        {
            _ = SetOption(MaxMappings, maxMappings);
            _ = SetOption(MapThreshold, mapThreshold);
            _ = SetOption(TrimThreshold, trimThreshold);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint padding);

    [LibraryImport("libc.so.6", EntryPoint = "malloc")]
    private static partial nint Allocate(nuint bytes);

    [LibraryImport("libc.so.6", EntryPoint = "free")]
    private static partial void Free(nint start);

    [LibraryImport("libc.so.6", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nuint bytes, int advice);
}
