using TorchSharp;

namespace SimClr.Internals;

/// <summary>
/// The numbers of compute and decoding threads: the one place that counts cores and sets the tensor library's thread
/// count.
/// </summary>
internal static class ComputeThreads
{
    private const int MaxPerCore = 4;
    private const int AlwaysAllowed = 16;   // Allows repeating a run of a larger machine with its number of threads.
    private const int MaxWorkersPerCore = 16;
    private const int WorkersAlwaysAllowed = 64;   // They may mostly wait for a slow disk or network.

    /// <summary>
    /// The number of cores that this process may use: those in its affinity mask, limited by the quota of its container
    /// (cgroup), rounded up. The defaults of the tensor library and of OpenMP ignore the quota.
    /// </summary>
    public static int Cores => Environment.ProcessorCount;

    /// <summary>
    /// The maximum number of threads. More are rejected: each takes memory and core time, and none makes progress.
    /// </summary>
    public static int Max => Math.Max(AlwaysAllowed, MaxPerCore * Cores);

    /// <summary>Returns the number of compute threads.</summary>
    /// <param name="requested">The requested number; 0 for one per core.</param>
    /// <exception cref="ConfigurationException">The number exceeds the maximum for this machine.</exception>
    public static int Resolve(int requested)
        => requested > Max ? throw TooMany("threads", requested, Max) : requested > 0 ? requested : Cores;

    /// <summary>Returns the number of threads for reading and decoding images.</summary>
    /// <inheritdoc cref="Resolve"/>
    public static int ResolveWorkers(int requested)
    {
        int max = Math.Max(WorkersAlwaysAllowed, MaxWorkersPerCore * Cores);
        return requested > max ? throw TooMany("data.workers", requested, max) : requested > 0 ? requested : Cores;
    }

    /// <summary>Sets the number of threads that the tensor library computes with.</summary>
    /// <inheritdoc cref="Resolve"/>
    public static void Use(int requested) => Set(Resolve(requested));

    /// <summary>
    /// Sets the number of threads where results do not depend on it. For 0, it is the tensor library's own choice
    /// (which the environment may set), limited to the number of cores.
    /// </summary>
    /// <inheritdoc cref="Resolve"/>
    public static void UseAtMost(int requested)
        => Set(requested > 0 ? Resolve(requested) : Math.Min(torch.get_num_threads(), Cores));

    private static void Set(int threads)
    {
        torch.set_num_threads(threads);
        PinnedThreads.Pin(threads);
    }

    private static ConfigurationException TooMany(string name, int requested, int max)
        => new(
            $"{name}: got {requested}, expected at most {max} on this machine ({Cores} "
                + $"{(Cores == 1 ? "core" : "cores")} available); 0 means one per core");
}
