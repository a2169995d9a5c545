namespace SimClr.Cli.Bench;

/// <summary>Something that can be measured on its own: <c>simclr bench --only NAME</c>.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Summary">What it measures, in a few words.</param>
/// <param name="Measure">Measures, and says what came out.</param>
internal sealed record Benchmark(string Name, string Summary, Func<BenchSettings, CancellationToken, IEnumerable<BenchRow>> Measure)
{
    /// <summary>Whether it watches the memory of its process, so that among others it gets a process of its own.</summary>
    public bool NeedsOwnProcess { get; init; }

    /// <summary>Whether it is left out unless it is asked for by name.</summary>
    public bool OnRequest { get; init; }

    /// <summary>Whether it is one side of another and not offered to users.</summary>
    public bool IsSide { get; init; }
}
