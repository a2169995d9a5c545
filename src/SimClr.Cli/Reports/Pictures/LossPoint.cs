namespace SimClr.Cli.Reports;

/// <summary>One logged step of a run.</summary>
/// <param name="Epoch">The epochs completed, as a fractional number.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Chance">The loss at chance level; null if not logged.</param>
/// <param name="Knn">The kNN accuracy, 0 … 1; null if not measured.</param>
internal sealed record LossPoint(double Epoch, double Loss, double? Chance, double? Knn)
{
    /// <summary>Returns the steps that have a loss, in order.</summary>
    public static LossPoint[] FromMetrics(IReadOnlyList<IReadOnlyDictionary<string, double>> metrics)
    {
        IReadOnlyDictionary<string, double>[] usable =
            [.. metrics.Where(
                m => m.ContainsKey("step") && m.TryGetValue("loss", out double loss) && double.IsFinite(loss))];

        // The log names the epoch of a step as a whole number. The last step of an epoch is always logged, so the
        // largest quotient is the number of steps per epoch.
        double stepsPerEpoch =
            usable.Select(m => m["step"] / Math.Max(1, m.GetValueOrDefault("epoch"))).DefaultIfEmpty(1).Max();
        return [.. usable.Select(
            m => new LossPoint(m["step"] / stepsPerEpoch, m["loss"], Optional(m, "chance_loss"), Optional(m, "knn")))];
    }

    private static double? Optional(IReadOnlyDictionary<string, double> metrics, string key)
        => metrics.TryGetValue(key, out double value) && double.IsFinite(value) ? value : null;
}
