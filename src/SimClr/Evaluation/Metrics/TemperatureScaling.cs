namespace SimClr.Evaluation;

/// <summary>
/// Temperature scaling (Guo et al. 2017, arXiv 1706.04599, Section 4.2): the probabilities are softmax(logits / T),
/// with one T for all classes that minimizes the cross-entropy on images that the classifier was not fitted to. T
/// changes no prediction. The target of the true class is (n + 1) / (n + 2) for n images, as in Platt's scaling (1999),
/// and the rest is spread over the other classes. Otherwise T would be 0 if all of a few images are classified
/// correctly.
/// </summary>
internal static class TemperatureScaling
{
    private const double MaxTemperature = 100;
    private const int Steps = 60;
    private const int Parts = 5;

    /// <summary>Fits T, between 0.01 and 100.</summary>
    /// <param name="logits">
    /// images · classes numbers; −∞ for a class that was not learned. Images of such a class are ignored.
    /// </param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="labels">The class of each image.</param>
    /// <returns>T; 1 without a usable image.</returns>
    public static double Fit(float[] logits, int classes, IReadOnlyList<int> labels)
    {
        double[][] rows = [.. Enumerable.Range(0, labels.Count)
            .Where(row => float.IsFinite(logits[(row * classes) + labels[row]]))
            .Select(row => TrueClassFirst(logits, row * classes, classes, labels[row]))
            .Where(row => row.Length > 1)];
        if (rows.Length == 0)
        {
            return 1;
        }

        // The cross-entropy is convex in 1 / T, so its slope changes sign once.
        (double low, double high) = (Math.Log(1 / MaxTemperature), Math.Log(MaxTemperature));
        for (int step = 0; step < Steps; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = Slope(rows, Math.Exp(middle)) > 0 ? (low, middle) : (middle, high);
        }

        return Math.Exp(-(low + high) / 2);
    }

    /// <summary>
    /// Computes probabilities of images with a T fitted to other ones of them, so that their calibration can be
    /// measured: each fifth of the images by the other four. With fewer than ten images, T is that of all.
    /// </summary>
    /// <returns>images · classes numbers.</returns>
    public static float[] CrossFit(float[] logits, int classes, IReadOnlyList<int> labels)
    {
        int parts = labels.Count < 2 * Parts ? 1 : Parts;
        float[] scaled = [.. logits];
        for (int part = 0; part < parts; part++)
        {
            int[] others = [.. Enumerable.Range(0, labels.Count).Where(row => parts == 1 || row % parts != part)];
            double temperature = Fit(
                [.. others.SelectMany(row => logits.AsSpan(row * classes, classes).ToArray())],
                classes,
                [.. others.Select(row => labels[row])]);
            for (int row = part; row < labels.Count; row += parts)
            {
                Scale(scaled.AsSpan(row * classes, classes), temperature);
            }
        }

        return Softmax.Rows(scaled, classes);
    }

    /// <summary>Divides logits by T.</summary>
    public static void Scale(Span<float> logits, double temperature)
        => System.Numerics.Tensors.TensorPrimitives.Divide(logits, (float)temperature, logits);

    private static double[] TrueClassFirst(float[] logits, int start, int classes, int label) =>
    [
        logits[start + label],
        .. Enumerable.Range(0, classes)
            .Where(c => c != label && float.IsFinite(logits[start + c]))
            .Select(c => (double)logits[start + c]),
    ];

    /// <summary>The derivative of the sum of cross-entropies by 1 / T.</summary>
    private static double Slope(double[][] rows, double inverse)
    {
        double rest = 1.0 / (rows.Length + 2);
        double slope = 0;
        foreach (double[] row in rows)
        {
            double max = row.Max();
            double sum = 0;
            double expected = 0;
            foreach (double logit in row)
            {
                double weight = Math.Exp(inverse * (logit - max));
                sum += weight;
                expected += weight * logit;
            }

            double others = (row.Sum() - row[0]) / (row.Length - 1);
            slope += (expected / sum) - ((1 - rest) * row[0]) - (rest * others);
        }

        return slope;
    }
}
