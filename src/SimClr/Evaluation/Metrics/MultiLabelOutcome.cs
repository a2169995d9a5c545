using System.Globalization;

namespace SimClr.Evaluation;

/// <summary>The recognition results of one class of a multi-label set.</summary>
/// <param name="Name">The name of the class.</param>
/// <param name="Images">The number of test images that show the class, without difficult ones.</param>
/// <param name="AveragePrecision">
/// The 11-point average precision of the class, 0 … 1; null if no image shows it.
/// </param>
public sealed record ClassPrecision(string Name, int Images, double? AveragePrecision);

/// <summary>
/// The scores of multi-label test images, and their measure as in PASCAL VOC 2007: the mean over classes of the
/// 11-point average precision (<see cref="Evaluation.AveragePrecision"/>), with its 95% interval (bootstrap over the
/// test images).
/// </summary>
public sealed class MultiLabelOutcome
{
    private readonly LabelMark[][] truth;
    private readonly int[][] rankings;
    private readonly Lazy<Interval> interval;

    /// <summary>Computes the measures.</summary>
    /// <param name="truth">The mark of each class of each image: images · classes, image by image.</param>
    /// <param name="scores">The scores, one per mark.</param>
    /// <param name="classes">The number of classes, above 0.</param>
    /// <param name="classNames">The classes by number, or null.</param>
    /// <param name="seed">The seed of the interval's resamples. Default: 0.</param>
    /// <exception cref="ArgumentException">
    /// The lengths do not match, a score is not a number, or no image shows any class.
    /// </exception>
    public MultiLabelOutcome(
        ReadOnlySpan<LabelMark> truth,
        ReadOnlySpan<float> scores,
        int classes,
        IReadOnlyList<string>? classNames = null,
        long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        if (truth.Length != scores.Length
            || truth.Length % classes != 0
            || (classNames is not null && classNames.Count != classes))
        {
            throw new ArgumentException(
                $"got {truth.Length} marks, {scores.Length} scores and {classNames?.Count ?? classes} class names, "
                    + $"expected {classes} of each per image");
        }

        Images = truth.Length / classes;
        this.truth = [.. Columns(truth, classes)];
        float[][] columns = [.. Columns(scores, classes)];
        rankings = [.. columns.Select((column, c) => AveragePrecision.Ranking(column, this.truth[c]))];
        int[] once = [.. Enumerable.Repeat(1, Images)];
        PerClass = [.. Enumerable.Range(0, classes).Select(c => new ClassPrecision(
            classNames?[c] ?? c.ToString(CultureInfo.InvariantCulture),
            this.truth[c].Count(shown => shown == LabelMark.Present),
            AveragePrecision.ElevenPoint(rankings[c], this.truth[c], once)))];
        MeanAveragePrecision = Mean(once)
            ?? throw new ArgumentException("no image shows any class, expected at least one");
        interval = new(() => Bootstrap.IntervalAround(
            MeanAveragePrecision, Images, seed, (times, values) => values[0] = Mean(times) ?? 0));
    }

    /// <summary>The number of test images.</summary>
    public int Images { get; }

    /// <summary>The mean over the classes that at least one image shows, 0 … 1.</summary>
    public double MeanAveragePrecision { get; }

    /// <summary>
    /// The 95% interval of the mean; a class that no image of a resample shows is left out of that mean.
    /// </summary>
    public Interval MeanAveragePrecisionInterval => interval.Value;

    /// <summary>The results of each class.</summary>
    public IReadOnlyList<ClassPrecision> PerClass { get; }

    private static IEnumerable<T[]> Columns<T>(ReadOnlySpan<T> values, int classes)
    {
        T[] all = values.ToArray();
        return Enumerable.Range(0, classes)
            .Select(c => Enumerable.Range(0, all.Length / classes).Select(i => all[(i * classes) + c]).ToArray());
    }

    private double? Mean(ReadOnlySpan<int> times)
    {
        (double sum, int shown) = (0, 0);
        for (int c = 0; c < rankings.Length; c++)
        {
            if (AveragePrecision.ElevenPoint(rankings[c], truth[c], times) is { } precision)
            {
                sum += precision;
                shown++;
            }
        }

        return shown == 0 ? null : sum / shown;
    }
}
