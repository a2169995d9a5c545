using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>Measures a resample of the images.</summary>
/// <param name="times">The number of times each image was drawn.</param>
/// <param name="values">The destination of the measures.</param>
internal delegate void Remeasure(ReadOnlySpan<int> times, Span<double> values);

/// <summary>
/// The percentile bootstrap (Efron 1979) over test images: a resample draws as many images as there are, with
/// replacement, and measures them; the 95% interval spans the middle 95% of 2,000 resamples. It shows how much another
/// test set of this size would have changed the measure, not how much another training run would. Each resample has its
/// own random address, so the interval is the same on every machine.
/// </summary>
internal static class Bootstrap
{
    public const int Resamples = 2000;
    private const int TailCount = Resamples * 25 / 1000;   // at each end

    /// <summary>Computes the intervals of several measures on the same resamples.</summary>
    public static Interval[] Intervals(int images, int measures, long seed, Remeasure measure)
        => [.. Resample(images, measures, seed, measure).Select(PercentileInterval)];

    /// <summary>
    /// Computes the interval of a measure (0 … 1) that resampling raises, such as average precision, where copies of an
    /// image are adjacent in the ranking. It is the percentile interval, shifted by the excess of the resamples' mean
    /// over the value. Otherwise, with few images, the whole interval could lie above the value.
    /// </summary>
    public static Interval IntervalAround(double value, int images, long seed, Remeasure measure)
    {
        double[] resampled = Resample(images, 1, seed, measure)[0];
        double raised = resampled.Average() - value;
        Interval middle = PercentileInterval(resampled);
        return new Interval(Math.Clamp(middle.Low - raised, 0, value), Math.Clamp(middle.High - raised, value, 1));
    }

    private static double[][] Resample(int images, int measures, long seed, Remeasure measure)
    {
        double[][] found = [.. Enumerable.Range(0, measures).Select(_ => new double[Resamples])];
        Parallel.For(
            0,
            Resamples,
            () => (Times: new int[images], Values: new double[measures]),
            (resample, _, buffer) =>
            {
                Draw(buffer.Times, new RandomStream(seed, Purpose.Bootstrap, resample));
                measure(buffer.Times, buffer.Values);
                for (int i = 0; i < measures; i++)
                {
                    found[i][resample] = buffer.Values[i];
                }

                return buffer;
            },
            _ => { });
        return found;
    }

    private static void Draw(int[] times, RandomStream stream)
    {
        Array.Clear(times);
        for (int i = 0; i < times.Length; i++)
        {
            times[stream.NextInt(times.Length)]++;
        }
    }

    private static Interval PercentileInterval(double[] values)
    {
        Array.Sort(values);
        return new Interval(values[TailCount], values[Resamples - 1 - TailCount]);
    }
}
