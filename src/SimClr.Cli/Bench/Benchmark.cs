namespace SimClr.Cli.Bench;

/// <summary>A measurement that can run alone: <c>simclr bench --only NAME</c>.</summary>
/// <param name="Name">The name as typed by the user.</param>
/// <param name="Summary">A few words on the measured work.</param>
/// <param name="Measure">The measurement, which yields its rows.</param>
internal sealed record Benchmark(
    string Name, string Summary, Func<BenchSettings, CancellationToken, IEnumerable<BenchRow>> Measure)
{
    /// <summary>
    /// Whether it measures the memory of its process, and so needs a separate process when it runs with others.
    /// </summary>
    public bool NeedsOwnProcess { get; init; }

    /// <summary>Whether it runs only when requested by name.</summary>
    public bool OnRequest { get; init; }

    /// <summary>Whether it is one side of another benchmark and not offered to users.</summary>
    public bool IsSide { get; init; }
}
