namespace SimClr.Evaluation;

/// <summary>Mean average precision (11 points, PASCAL VOC 2007) with its 95 % interval over images.</summary>
internal static class MeanPrecision
{
    private const int Levels = 11;

    /// <param name="scores">images · classes numbers, image by image.</param>
    /// <param name="marks">As many: 1 where the class is there, −1 where not, 0 where the image does not count for it.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="seed">Fixes the resamples.</param>
    public static (double Value, Interval Interval) Of(float[] scores, sbyte[] marks, int classes, long seed)
    {
        int images = marks.Length / classes;
        (int Image, bool There)[][] ranked =
        [
            .. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, images)
                .Where(image => marks[(image * classes) + c] != 0)
                .OrderByDescending(image => scores[(image * classes) + c])
                .Select(image => (image, marks[(image * classes) + c] > 0))
                .ToArray()),
        ];
        Interval[] intervals = Bootstrap.Intervals(images, 1, seed, (times, values) => values[0] = Mean(ranked, times));
        return (Mean(ranked, [.. Enumerable.Repeat(1, images)]), intervals[0]);
    }

    /// <summary>The mean over the classes that a resample has.</summary>
    private static double Mean((int Image, bool There)[][] ranked, ReadOnlySpan<int> times)
    {
        (double sum, int classes) = (0, 0);
        foreach ((int, bool)[] order in ranked)
        {
            if (Precision(order, times) is { } precision)
            {
                sum += precision;
                classes++;
            }
        }

        return classes > 0 ? sum / classes : 0;
    }

    /// <summary>The mean of the highest precision at a recall of 0, 0.1 … 1 and above, each image as often as it was drawn.</summary>
    private static double? Precision((int Image, bool There)[] order, ReadOnlySpan<int> times)
    {
        int all = 0;
        foreach ((int image, bool there) in order)
        {
            all += there ? times[image] : 0;
        }

        if (all == 0)
        {
            return null;
        }

        Span<double> highest = stackalloc double[Levels];
        (int found, int seen) = (0, 0);
        foreach ((int image, bool there) in order)
        {
            seen += times[image];
            if (there && times[image] > 0)
            {
                found += times[image];
                int level = (Levels - 1) * found / all;
                highest[level] = Math.Max(highest[level], (double)found / seen);
            }
        }

        double best = 0;
        double sum = 0;
        for (int level = Levels - 1; level >= 0; level--)
        {
            best = Math.Max(best, highest[level]);
            sum += best;
        }

        return sum / Levels;
    }
}
