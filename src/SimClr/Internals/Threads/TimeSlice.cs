using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// The time that the scheduler lets a thread run before another takes its turn. Threads that compute an operation
/// together wait for each other at its end. Alongside other processes, a thread with a short slice is scheduled sooner
/// when it becomes ready (Linux 6.12 and later; earlier kernels give all threads the same slice).
/// </summary>
internal static unsafe partial class TimeSlice
{
    private const uint Other = 0;   // SCHED_OTHER, SCHED_BATCH: the policies with slices.
    private const uint Batch = 3;

    private static readonly (nint Set, nint Get) Calls = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => default,
    };

    /// <summary>
    /// Sets the slice of a thread and leaves its priority unchanged. No effect if the kernel does not support it.
    /// </summary>
    /// <param name="task">The thread's number, or 0 for this one.</param>
    /// <param name="slice">0.1 ms to 100 ms; zero for the kernel's default.</param>
    public static void Set(int task, TimeSpan slice)
    {
        Attributes attributes = default;
        if (Calls.Get != 0
            && Get(Calls.Get, task, &attributes, (uint)sizeof(Attributes), 0) == 0
            && attributes.Policy is Other or Batch)
        {
            attributes.Runtime = (ulong)slice.TotalNanoseconds;
            _ = Set(Calls.Set, task, &attributes, 0);
        }
    }

    /// <summary>The slice of a thread; null if the kernel does not report it.</summary>
    /// <param name="task">The thread's number, or 0 for this one.</param>
    internal static TimeSpan? Query(int task)
    {
        Attributes attributes = default;
        return Calls.Get != 0 && Get(Calls.Get, task, &attributes, (uint)sizeof(Attributes), 0) == 0
            ? TimeSpan.FromMicroseconds(attributes.Runtime / 1000.0)
            : null;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Get(nint call, int task, Attributes* attributes, uint size, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Set(nint call, int task, Attributes* attributes, uint flags);

    // struct sched_attr, in its first version.
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
