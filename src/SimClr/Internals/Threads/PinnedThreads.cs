using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Binds one compute thread to each core. The threads of an operation wait for each other; if other processes are busy,
/// the scheduler may put two threads on one core, and the operation takes as long as both. Linux only, and only if
/// there are as many threads as cores: otherwise the scheduler places them better.
/// </summary>
internal static partial class PinnedThreads
{
    private const int MaxCores = 1024;
    private const string Name = "simclr-compute";   // Linux keeps 15 characters.

    // With two other busy processes, a step takes a fifth less time than with the kernel's slice of 3 ms.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(0.1);

    [ThreadStatic]
    private static bool isWorkerThread;

    [ThreadStatic]
    private static int[]? pinned;

    /// <summary>
    /// Runs work on a separate thread, which <see cref="Pin"/> may bind; on the caller's thread if it is already such a
    /// thread. The main thread keeps all its cores, and new .NET threads inherit them.
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
    /// Binds this thread and those that compute with it, one to each core, if there are as many threads as cores;
    /// otherwise, lets them run anywhere. No effect on a thread that <see cref="Run"/> did not create.
    /// </summary>
    /// <param name="threads">The number of threads set in the tensor library.</param>
    public static void Pin(int threads)
    {
        if (!isWorkerThread || Cores() is not { Length: > 1 } cores)
        {
            return;
        }

        // If a GPU computes, this thread only queues its work, alongside the threads that decode images.
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

    // The first operation on all threads starts them. Threads started earlier are not found and stay unbound.
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

    // Native threads inherit the name of the thread that started them; .NET threads have their own names.
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

    // The cores of the main thread, which are those that the process may use.
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
            _ = SetAffinity(task, MaxCores / 8, first);   // a thread that has ended needs none
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static unsafe partial int GetAffinity(int task, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static unsafe partial int SetAffinity(int task, nuint bytes, ulong* mask);
}
