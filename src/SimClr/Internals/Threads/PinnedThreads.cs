using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Computes with one thread bound to each core. The threads of an operation wait for each other; where other processes are
/// busy, the scheduler puts two of them on one core, and the operation takes the time of both. Linux only, and only where
/// the threads are as many as the cores: otherwise the scheduler places them better.
/// </summary>
internal static partial class PinnedThreads
{
    private const int MaxCores = 1024;
    private const string Name = "simclr-compute";   // Linux keeps 15 characters.

    // Between two processes that count and this one, a step is done a fifth sooner than with the kernel's 3 ms.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(0.1);

    [ThreadStatic]
    private static bool isWorkerThread;

    [ThreadStatic]
    private static int[]? pinned;

    /// <summary>
    /// Does the work on a thread of its own, which <see cref="Pin"/> may bind; on the caller's where it is such a thread
    /// already. New threads of .NET get the cores of the main thread, which stay all.
    /// </summary>
    public static T Run<T>(Func<T> work)
    {
        if (isWorkerThread || !OperatingSystem.IsLinux())
        {
            return work();
        }

        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            isWorkerThread = true;
            try
            {
                result = work();
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        { Name = Name };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>
    /// Binds this thread and those that compute with it, one to each core, where they are as many as the cores; otherwise
    /// lets them run anywhere. Does nothing on a thread that <see cref="Run"/> did not make.
    /// </summary>
    /// <param name="threads">What the tensor library was told to compute with.</param>
    public static void Pin(int threads)
    {
        if (!isWorkerThread || Cores() is not { Length: > 1 } cores)
        {
            return;
        }

        // Where a GPU computes, this thread hands out work beside those that decode images.
        bool wanted = threads == cores.Length && threads == ComputeThreads.Cores && !cuda.is_available();
        if (wanted && pinned is null && StartWorkers(threads) is { } workers && workers.Length == threads - 1)
        {
            pinned = [0, .. workers];
            for (int i = 0; i < threads; i++)
            {
                SetCores(pinned[i], [cores[i]]);
                TimeSlice.Set(pinned[i], Slice);
            }
        }
        else if (!wanted && pinned is not null)
        {
            foreach (int task in pinned)
            {
                SetCores(task, cores);
                TimeSlice.Set(task, TimeSpan.Zero);
            }

            pinned = null;
        }
    }

    // The first operation of all threads starts them; those of an earlier one are not found, and stay where they are.
    private static int[] StartWorkers(int threads)
    {
        HashSet<string> before = [.. Tasks()];
        using (Tensor wide = ones(threads * 32768, device: CPU))
        {
            using Tensor sum = wide.Plus(RootedScalars.One);
        }

        return [.. Tasks().Where(task => !before.Contains(task) && IsOurs(task))
            .Select(task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))];
    }

    private static string[] Tasks() => Directory.GetDirectories("/proc/self/task");

    // Native threads have the name of the thread that started them; those of .NET have names of their own.
    private static bool IsOurs(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() == Name;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // The cores of the main thread: those that the process may use.
    private static unsafe int[]? Cores()
    {
        Span<ulong> mask = stackalloc ulong[MaxCores / 64];
        fixed (ulong* first = mask)
        {
            return GetAffinity(Environment.ProcessId, MaxCores / 8, first) == 0 ? [.. Bits(mask)] : null;
        }
    }

    private static List<int> Bits(ReadOnlySpan<ulong> mask)
    {
        List<int> bits = [];
        for (int i = 0; i < MaxCores; i++)
        {
            if ((mask[i / 64] & (1UL << (i % 64))) != 0)
            {
                bits.Add(i);
            }
        }

        return bits;
    }

    private static unsafe void SetCores(int task, ReadOnlySpan<int> cores)
    {
        Span<ulong> mask = stackalloc ulong[MaxCores / 64];
        foreach (int core in cores)
        {
            mask[core / 64] |= 1UL << (core % 64);
        }

        fixed (ulong* first = mask)
        {
            _ = SetAffinity(task, MaxCores / 8, first);   // a thread that is gone needs none
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static unsafe partial int GetAffinity(int task, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static unsafe partial int SetAffinity(int task, nuint bytes, ulong* mask);
}
