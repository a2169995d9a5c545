using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// Runs our own loops on the threads that libtorch computes with. After each of its loops they keep a processor busy for
/// some milliseconds, waiting for the next, so that threads of .NET beside them would get half of one. Where libtorch
/// does not bring GNU's OpenMP (Windows, macOS), .NET's threads do it.
/// </summary>
internal static unsafe class ComputeThreads
{
    private static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Parallel = FindParallel();

    /// <summary>Runs the body for 0 … blocks − 1, in any order and on the given number of threads at most.</summary>
    public static void For(int blocks, int threads, Action<int> body)
    {
        threads = Math.Min(threads, blocks);
        if (threads <= 1)
        {
            for (int block = 0; block < blocks; block++)
            {
                body(block);
            }
        }
        else if (Parallel is null)
        {
            System.Threading.Tasks.Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
        }
        else
        {
            var work = new Work(blocks, body);
            GCHandle handle = GCHandle.Alloc(work);
            Parallel(&Join, GCHandle.ToIntPtr(handle), (uint)threads, 0);
            handle.Free();
            work.Rethrow();
        }
    }

    [UnmanagedCallersOnly]
    private static void Join(nint handle) => ((Work)GCHandle.FromIntPtr(handle).Target!).Join();

    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> FindParallel()
    {
        // The copy that libtorch itself has loaded: another one would start threads of its own.
        RuntimeHelpers.RunClassConstructor(typeof(TorchSharp.torch).TypeHandle);
        using Process self = Process.GetCurrentProcess();
        string? file = OperatingSystem.IsLinux()
            ? self.Modules.Cast<ProcessModule>().Select(module => module.FileName)
                .FirstOrDefault(name => Path.GetFileName(name).StartsWith("libgomp", StringComparison.Ordinal))
            : null;
        return file is not null && NativeLibrary.TryLoad(file, out nint library)
            && NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel)
            ? (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)parallel
            : null;
    }

    private sealed class Work(int blocks, Action<int> body)
    {
        private int next = -1;
        private Exception? error;

        public void Join()
        {
            try
            {
                for (int block = Interlocked.Increment(ref next); block < blocks; block = Interlocked.Increment(ref next))
                {
                    body(block);
                }
            }
            catch (Exception thrown)
            {
                // No exception may cross the native frames.
                error = thrown;
                next = blocks;
            }
        }

        public void Rethrow()
        {
            if (error is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            }
        }
    }
}
