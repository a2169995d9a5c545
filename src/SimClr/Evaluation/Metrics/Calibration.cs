namespace SimClr.Evaluation;

/// <summary>
/// How well the probabilities of a classifier agree with the share of its predictions that are right (Guo et al. 2017,
/// arXiv 1706.04599, Section 2). The predictions are divided by the probability of the predicted class into 15 bins of
/// equal width.
/// </summary>
/// <param name="Error">
/// The expected calibration error, 0 … 1: the mean over the predictions of the difference between the mean probability
/// and the accuracy of their bin (equation 3).
/// </param>
/// <param name="Bins">The bins, from low to high probability.</param>
public sealed record Calibration(double Error, IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>The number of bins.</summary>
    public const int BinCount = 15;

    /// <summary>Measures probabilities against the true classes.</summary>
    /// <param name="probabilities">images · classes numbers, image by image.</param>
    /// <param name="classes">The number of classes, above 0.</param>
    /// <param name="labels">The class of each image.</param>
    /// <exception cref="ArgumentException">There are no images, or the lengths do not match.</exception>
    public static Calibration Measure(ReadOnlySpan<float> probabilities, int classes, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count == 0 || probabilities.Length != (long)labels.Count * classes)
        {
            throw new ArgumentException(
                $"got {probabilities.Length} probabilities for {labels.Count} images, expected {classes} for each and "
                    + "at least one image");
        }

        int[] predictions = Accuracy.Predictions(probabilities, classes);
        var images = new int[BinCount];
        var right = new int[BinCount];
        var sums = new double[BinCount];
        for (int row = 0; row < labels.Count; row++)
        {
            double confidence = probabilities[(row * classes) + predictions[row]];

            // Bin m of M holds ((m − 1) / M, m / M].
            int bin = Math.Clamp((int)Math.Ceiling(confidence * BinCount) - 1, 0, BinCount - 1);
            images[bin]++;
            sums[bin] += confidence;
            right[bin] += predictions[row] == labels[row] ? 1 : 0;
        }

        ReliabilityBin[] bins = [.. Enumerable.Range(0, BinCount).Select(bin => images[bin] == 0
            ? new ReliabilityBin(0, 0, 0)
            : new ReliabilityBin(images[bin], sums[bin] / images[bin], (double)right[bin] / images[bin]))];
        return new Calibration(
            bins.Sum(bin => bin.Images * Math.Abs(bin.Confidence - bin.Accuracy)) / labels.Count, bins);
    }
}

/// <summary>The predictions whose probability is in one interval.</summary>
/// <param name="Images">The number of predictions.</param>
/// <param name="Confidence">The mean probability of the predicted class, 0 … 1; 0 without predictions.</param>
/// <param name="Accuracy">The share of correct predictions, 0 … 1; 0 without predictions.</param>
public sealed record ReliabilityBin(int Images, double Confidence, double Accuracy);
