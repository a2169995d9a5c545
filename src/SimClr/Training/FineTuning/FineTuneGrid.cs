namespace SimClr.Training;

/// <summary>Learning rates and weight decays to choose from on validation images (paper, Appendix B.8.2).</summary>
/// <param name="Rates">The learning rates of the first step.</param>
/// <param name="Decays">The weight decays, each of which is divided by the learning rate.</param>
public sealed record FineTuneGrid(IReadOnlyList<double> Rates, IReadOnlyList<double> Decays)
{
    /// <summary>
    /// 56 settings: 7 rates from 1e-4 to 1e-1, each with 7 decays from 1e-6 to 1e-3 and with no decay, in even
    /// logarithmic steps.
    /// </summary>
    public static FineTuneGrid Full { get; } = new(Logarithmic(-4, -1, 7), [0, .. Logarithmic(-6, -3, 7)]);

    /// <summary>Six settings: rates 1e-3, 1e-2 and 1e-1, without decay and with 1e-4.</summary>
    public static FineTuneGrid Thin { get; } = new([1e-3, 1e-2, 1e-1], [0, 1e-4]);

    /// <summary>
    /// 56 settings for training from random weights: 7 rates from 1e-3 to 1 and 8 decays from 1e-5 to 10^−1.5, in even
    /// logarithmic steps.
    /// </summary>
    public static FineTuneGrid FullFromScratch { get; } = new(Logarithmic(-3, 0, 7), Logarithmic(-5, -1.5, 8));

    /// <summary>Six settings for training from random weights: rates 1e-2, 1e-1 and 1, with 1e-4 and 1e-2.</summary>
    public static FineTuneGrid ThinFromScratch { get; } = new([1e-2, 1e-1, 1], [1e-4, 1e-2]);

    /// <summary>
    /// A weight decay that is used unchanged with every rate, instead of <see cref="Decays"/>. Default: null, for
    /// <see cref="Decays"/>.
    /// </summary>
    public double? FixedDecay { get; init; }

    /// <summary>The number of settings.</summary>
    public int Count => Rates.Count * (FixedDecay is null ? Decays.Count : 1);

    /// <summary>Returns the settings to try, ordered by rate, then by decay.</summary>
    /// <param name="basis">The options that all settings share.</param>
    internal IEnumerable<FineTuneOptions> Settings(FineTuneOptions basis)
        => FixedDecay is { } same
            ? Rates.Select(rate => basis with { Rate = rate, WeightDecay = same })
            : from rate in Rates from decay in Decays select basis with { Rate = rate, WeightDecay = decay / rate };

    private static double[] Logarithmic(double from, double to, int count)
        => [.. Enumerable.Range(0, count).Select(i => Math.Pow(10, from + ((to - from) * i / (count - 1))))];
}
