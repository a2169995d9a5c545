using System.Globalization;
using SimClr.Training;

namespace SimClr.Cli.Progress;

/// <summary>Text for the progress of pre-training.</summary>
internal static class ProgressText
{
    public static string Format(PretrainProgress progress)
    {
        string knn = progress.KnnTop1 is { } accuracy ? $", kNN {Percent(accuracy)}" : "";
        string online = progress.OnlineTop1 is { } share ? $", linear {Percent(share)}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {progress.Epoch}/{progress.Epochs}, loss {progress.Health.Loss:F3}, rate "
                + $"{progress.LearningRate:G3}, {Speed(progress.ImagesPerSecond)}{knn}{online}, "
                + $"{Span(progress.TimeLeft)} left");
    }

    public static string Speed(double imagesPerSecond)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{imagesPerSecond.ToString(imagesPerSecond < 10 ? "F1" : "F0", CultureInfo.InvariantCulture)} images/s");

    /// <summary>A share in percent with one decimal.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1}%");

    /// <summary>Formats a duration in everyday units: "45 s", "12 min", "3.5 hours", "20 days", "4 years".</summary>
    public static string Span(TimeSpan time) => time.TotalSeconds switch
    {
        < 100 => Amount(time.TotalSeconds, 0, "s"),
        < 100 * 60 => Amount(time.TotalMinutes, time.TotalMinutes < 10 ? 1 : 0, "min"),
        < 48 * 3600 => Amount(time.TotalHours, 1, "hours"),
        < 730 * 86400.0 => Amount(time.TotalDays, time.TotalDays < 10 ? 1 : 0, "days"),
        _ => Amount(time.TotalDays / 365.25, 0, "years"),
    };

    private static string Amount(double value, int decimals, string unit)
        => $"{value.ToString($"F{decimals}", CultureInfo.InvariantCulture)} {unit}";
}
