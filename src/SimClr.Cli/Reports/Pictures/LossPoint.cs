namespace SimClr.Cli.Reports;

/// <summary>One logged step of a run.</summary>
/// <param name="Epoch">Epochs done, with fractions.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Chance">The loss of an encoder that knows nothing, where it was logged.</param>
/// <param name="Knn">kNN accuracy 0 … 1, where it was measured.</param>
internal sealed record LossPoint(double Epoch, double Loss, double? Chance, double? Knn)
{
    /// <summary>The steps that have a loss to show, first to last.</summary>
    public static LossPoint[] FromMetrics(IReadOnlyList<IReadOnlyDictionary<string, double>> metrics)
    {
        IReadOnlyDictionary<string, double>[] usable =
            [.. metrics.Where(m => m.ContainsKey("step") && m.TryGetValue("loss", out double loss) && double.IsFinite(loss))];

        // The log names the epoch that a step is in, by a whole number. An epoch's last step is always logged, so the
        // largest quotient is the number of steps of an epoch.
        double stepsPerEpoch = usable.Select(m => m["step"] / Math.Max(1, m.GetValueOrDefault("epoch"))).DefaultIfEmpty(1).Max();
        return [.. usable.Select(m => new LossPoint(m["step"] / stepsPerEpoch, m["loss"], Optional(m, "chance_loss"), Optional(m, "knn")))];
    }

    private static double? Optional(IReadOnlyDictionary<string, double> metrics, string key)
        => metrics.TryGetValue(key, out double value) && double.IsFinite(value) ? value : null;
}
