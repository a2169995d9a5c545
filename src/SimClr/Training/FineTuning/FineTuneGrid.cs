namespace SimClr.Training;

/// <summary>Rates and weight decays to choose from on validation images (paper, Appendix B.8.2).</summary>
/// <param name="Rates">Rates of the first step.</param>
/// <param name="Decays">Weight decays, each to be divided by the rate.</param>
public sealed record FineTuneGrid(IReadOnlyList<double> Rates, IReadOnlyList<double> Decays)
{
    /// <summary>7 rates from 1e-4 to 1e-1 and 7 decays from 1e-6 to 1e-3 in even logarithmic steps, and no decay: 56 of them.</summary>
    public static FineTuneGrid Full { get; } = new(Logarithmic(-4, -1, 7), [0, .. Logarithmic(-6, -3, 7)]);

    /// <summary>Six of them: rates 1e-3, 1e-2 and 1e-1, without decay and with 1e-4.</summary>
    public static FineTuneGrid Thin { get; } = new([1e-3, 1e-2, 1e-1], [0, 1e-4]);

    /// <summary>
    /// For training from random weights: 7 rates from 1e-3 to 1 and 8 decays from 1e-5 to 10^−1.5 in even logarithmic steps:
    /// 56 of them.
    /// </summary>
    public static FineTuneGrid FullFromScratch { get; } = new(Logarithmic(-3, 0, 7), Logarithmic(-5, -1.5, 8));

    /// <summary>Six of them: rates 1e-2, 1e-1 and 1, with 1e-4 and 1e-2.</summary>
    public static FineTuneGrid ThinFromScratch { get; } = new([1e-2, 1e-1, 1], [1e-4, 1e-2]);

    /// <summary>A weight decay for every rate, as it is, instead of <see cref="Decays"/>; null (default) for those.</summary>
    public double? FixedDecay { get; init; }

    /// <summary>How many settings there are.</summary>
    public int Count => Rates.Count * (FixedDecay is null ? Decays.Count : 1);

    /// <summary>The settings to try, in order: by rate, then by decay.</summary>
    /// <param name="basis">Everything else.</param>
    internal IEnumerable<FineTuneOptions> Settings(FineTuneOptions basis)
        => FixedDecay is { } same
            ? Rates.Select(rate => basis with { Rate = rate, WeightDecay = same })
            : from rate in Rates from decay in Decays select basis with { Rate = rate, WeightDecay = decay / rate };

    private static double[] Logarithmic(double from, double to, int count)
        => [.. Enumerable.Range(0, count).Select(i => Math.Pow(10, from + ((to - from) * i / (count - 1))))];
}
