namespace SimClr.Augmentation;

/// <summary>
/// Histograms of the values of crops over all channels (paper, Figure 6), and how alike they are. The intersection of
/// two histograms is the sum of the smaller share in each bin: 1 if they are equal, 0 if they have no values in common.
/// </summary>
public sealed record CropHistograms
{
    /// <summary>The number of bins, which divide [0, 1] evenly.</summary>
    public const int Bins = 32;

    internal CropHistograms(IReadOnlyList<IReadOnlyList<double[]>> images)
    {
        Images = images;
        (int Image, double[] Shares)[] all = [.. images.SelectMany((crops, image) => crops.Select(c => (image, c)))];
        (double sameSum, double otherSum) = (0, 0);
        (long same, long other, int found) = (0, 0, 0);
        for (int i = 0; i < all.Length; i++)
        {
            (double max, int nearest) = (-1, -1);
            for (int k = 0; k < all.Length; k++)
            {
                if (k == i)
                {
                    continue;
                }

                double intersection = Intersection(all[i].Shares, all[k].Shares);
                (max, nearest) = intersection > max ? (intersection, all[k].Image) : (max, nearest);
                if (all[k].Image == all[i].Image)
                {
                    (sameSum, same) = (sameSum + intersection, same + 1);
                }
                else
                {
                    (otherSum, other) = (otherSum + intersection, other + 1);
                }
            }

            found += nearest == all[i].Image ? 1 : 0;
        }

        (SameImage, OtherImages, FoundByColor) = (sameSum / same, otherSum / other, (double)found / all.Length);
    }

    /// <summary>For each image, and each crop of it, the share of values in each bin.</summary>
    public IReadOnlyList<IReadOnlyList<double[]>> Images { get; }

    /// <summary>The mean intersection of two crops of the same image.</summary>
    public double SameImage { get; }

    /// <summary>The mean intersection of crops of two different images.</summary>
    public double OtherImages { get; }

    /// <summary>The share of crops whose most similar crop, by intersection, is of the same image.</summary>
    public double FoundByColor { get; }

    /// <summary>Returns the share of values in each bin.</summary>
    internal static double[] Count(ReadOnlySpan<float> values)
    {
        double[] shares = new double[Bins];
        foreach (float value in values)
        {
            shares[Math.Clamp((int)(value * Bins), 0, Bins - 1)] += 1.0 / values.Length;
        }

        return shares;
    }

    private static double Intersection(double[] a, double[] b)
    {
        double sum = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            sum += Math.Min(a[bin], b[bin]);
        }

        return sum;
    }
}
