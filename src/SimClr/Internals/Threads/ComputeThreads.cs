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
    /// <param name="asked">What was asked for; 0 for one per core.</param>
    /// <exception cref="ConfigurationException">It is more than <see cref="Max"/>.</exception>
    public static int Of(int asked)
        => asked > Max ? throw TooMany("threads", asked, Max) : asked > 0 ? asked : Cores;

    /// <summary>The threads to read and decode images with.</summary>
    /// <inheritdoc cref="Of"/>
    public static int WorkersOf(int asked)
    {
        int max = Math.Max(WorkersAlwaysAllowed, MaxWorkersPerCore * Cores);
        return asked > max ? throw TooMany("data.workers", asked, max) : asked > 0 ? asked : Cores;
    }

    /// <summary>Lets the tensor library compute with this many threads.</summary>
    /// <inheritdoc cref="Of"/>
    public static void Use(int asked) => Set(Of(asked));

    /// <summary>
    /// The same where nothing depends on the number: without a wish it is what the tensor library chose by itself (the
    /// environment may have told it), but no more than the cores.
    /// </summary>
    /// <inheritdoc cref="Of"/>
    public static void UseAtMost(int asked)
        => Set(asked > 0 ? Of(asked) : Math.Min(torch.get_num_threads(), Cores));

    private static void Set(int threads)
    {
        torch.set_num_threads(threads);
        BoundThreads.Bind(threads);
    }

    private static ConfigurationException TooMany(string name, int asked, int max)
        => new($"{name}: got {asked}, expected at most {max} on this machine ({Cores} {(Cores == 1 ? "core" : "cores")} to use); 0 is one per core");
}
