using System.Globalization;
using SimClr.Augmentation;

namespace SimClr.Cli.Reports;

/// <summary>
/// Charts the color histograms of crops (paper, Figure 6): one row per image, without and with color distortion; the
/// crops of an image lie over each other.
/// </summary>
internal static class CropColorChart
{
    private const int MaxImages = 6;

    private static readonly double[] Edges =
        [.. Enumerable.Range(0, CropHistograms.Bins + 1).Select(i => (double)i / CropHistograms.Bins)];

    /// <summary>Creates the chart of the first images.</summary>
    public static ChartPanels Create(CropColors colors)
    {
        CropHistograms[] sides = [colors.Plain, colors.Distorted];
        int images = Math.Min(MaxImages, colors.Plain.Images.Count);
        double max = sides.SelectMany(side => side.Images.Take(images)).SelectMany(crops => crops).Max(c => c.Max());
        return new ChartPanels(
            "Colors of random crops",
            [
                .. from image in Enumerable.Range(0, images)
                   from side in Enumerable.Range(0, 2)
                   select Panel(image, side == 0 ? "without color distortion" : "with color distortion",
                       sides[side].Images[image], max),
            ],
            2).Fitted() with
        {
            Description = string.Create(
                CultureInfo.InvariantCulture,
                $"Histograms of the values of random crops. Mean intersection of two crops of the same image: "
                    + $"{colors.Plain.SameImage:F2} without color distortion, {colors.Distorted.SameImage:F2} with it; "
                    + $"of different images: {colors.Plain.OtherImages:F2} and {colors.Distorted.OtherImages:F2}."),
        };
    }

    private static Histogram Panel(int image, string title, IReadOnlyList<double[]> crops, double max) => new(
        $"Image {image + 1}, {title}",
        new ChartAxis("value of a pixel, all channels") { Min = 0, Max = 1 },
        new ChartAxis("share of values") { IsPercent = true, Max = max },
        [.. crops.Select((shares, crop) => new HistogramSeries($"crop {crop + 1}", Edges, shares))])
    {
        Height = 240,
    };
}
