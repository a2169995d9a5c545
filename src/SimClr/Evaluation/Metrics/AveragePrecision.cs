namespace SimClr.Evaluation;

/// <summary>The presence of a class in an image.</summary>
public enum LabelMark
{
    /// <summary>The image does not show the class.</summary>
    Absent,

    /// <summary>The image shows the class.</summary>
    Present,

    /// <summary>
    /// The image shows the class only in objects marked as difficult, and counts neither for nor against it.
    /// </summary>
    Difficult,
}

/// <summary>
/// Average precision as defined by PASCAL VOC 2007. Images are ranked by score; the result is the mean, over recall 0,
/// 0.1 … 1, of the highest precision at that recall or above (0 if it is never reached). Difficult images are left out.
/// </summary>
public static class AveragePrecision
{
    private const int Steps = 10;

    /// <summary>Computes the 11-point average precision of one class, 0 … 1; null if no image shows it.</summary>
    /// <param name="scores">The score of each image; in a tie, the earlier image ranks first.</param>
    /// <param name="truth">The mark of each image.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is not a number.</exception>
    public static double? ElevenPoint(ReadOnlySpan<float> scores, ReadOnlySpan<LabelMark> truth)
    {
        int[] ranking = Ranking(scores, truth);
        int[] once = new int[truth.Length];
        Array.Fill(once, 1);
        return ElevenPoint(ranking, truth, once);
    }

    /// <summary>Ranks the images that count, highest score first.</summary>
    internal static int[] Ranking(ReadOnlySpan<float> scores, ReadOnlySpan<LabelMark> truth)
    {
        if (scores.Length != truth.Length)
        {
            throw new ArgumentException(
                $"got {scores.Length} scores and {truth.Length} images, expected one score per image");
        }

        float[] values = scores.ToArray();
        if (Array.FindIndex(values, float.IsNaN) is var wrong and >= 0)
        {
            throw new ArgumentException($"got a score that is not a number for image {wrong}");
        }

        LabelMark[] shown = truth.ToArray();
        return [.. Enumerable.Range(0, values.Length)
            .Where(i => shown[i] != LabelMark.Difficult)
            .OrderByDescending(i => values[i])];
    }

    /// <summary>
    /// Computes the 11-point average precision of a ranking that contains each image any number of times, with copies
    /// next to each other.
    /// </summary>
    internal static double? ElevenPoint(
        ReadOnlySpan<int> ranking, ReadOnlySpan<LabelMark> truth, ReadOnlySpan<int> times)
    {
        long positives = 0;
        foreach (int image in ranking)
        {
            positives += truth[image] == LabelMark.Present ? times[image] : 0;
        }

        if (positives == 0)
        {
            return null;
        }

        // The highest precision among the ranks whose recall is at least k / 10 but below (k + 1) / 10. Computed in
        // integers, so that a recall of 0.3 is exactly 0.3.
        Span<double> best = stackalloc double[Steps + 1];
        best.Clear();
        (long right, long seen) = (0, 0);
        foreach (int image in ranking)
        {
            seen += times[image];
            if (truth[image] == LabelMark.Present && times[image] > 0)
            {
                right += times[image];
                int step = (int)(Steps * right / positives);
                best[step] = Math.Max(best[step], (double)right / seen);
            }
        }

        (double sum, double highest) = (0, 0);
        for (int step = Steps; step >= 0; step--)
        {
            highest = Math.Max(highest, best[step]);
            sum += highest;
        }

        return sum / (Steps + 1);
    }
}
