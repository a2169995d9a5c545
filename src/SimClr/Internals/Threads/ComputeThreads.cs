using TorchSharp;

namespace SimClr.Internals;

/// <summary>How many threads compute and how many decode: the one place that counts cores and sets what the tensor library uses.</summary>
internal static class ComputeThreads
{
    private const int MaxPerCore = 4;
    private const int AlwaysAllowed = 16;   // So that a run of a larger machine can be repeated with its number.
    private const int MaxWorkersPerCore = 16;
    private const int WorkersAlwaysAllowed = 64;   // They may wait for a slow disk or network most of the time.

    /// <summary>
    /// Cores that this process may use: those it is bound to, and no more than the quota of its container (cgroup), rounded
    /// up. The tensor library's own default and OpenMP's know nothing of a quota.
    /// </summary>
    public static int Cores => Environment.ProcessorCount;

    /// <summary>More threads than this are refused: each takes memory and turns of the cores, and none gets anything done.</summary>
    public static int Max => Math.Max(AlwaysAllowed, MaxPerCore * Cores);

    /// <summary>The threads to compute with.</summary>
    /// <param name="requested">What was asked for; 0 for one per core.</param>
    /// <exception cref="ConfigurationException">It is more than <see cref="Max"/>.</exception>
    public static int Resolve(int requested)
        => requested > Max ? throw TooMany("threads", requested, Max) : requested > 0 ? requested : Cores;

    /// <summary>The threads to read and decode images with.</summary>
    /// <inheritdoc cref="Resolve"/>
    public static int ResolveWorkers(int requested)
    {
        int max = Math.Max(WorkersAlwaysAllowed, MaxWorkersPerCore * Cores);
        return requested > max ? throw TooMany("data.workers", requested, max) : requested > 0 ? requested : Cores;
    }

    /// <summary>Lets the tensor library compute with this many threads.</summary>
    /// <inheritdoc cref="Resolve"/>
    public static void Use(int requested) => Set(Resolve(requested));

    /// <summary>
    /// The same where nothing depends on the number: without a wish it is what the tensor library chose by itself (the
    /// environment may have told it), but no more than the cores.
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
        => new($"{name}: got {requested}, expected at most {max} on this machine ({Cores} {(Cores == 1 ? "core" : "cores")} to use); 0 is one per core");
}
