using System.Globalization;
using SimClr.Classification;
using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>The page of <c>simclr classify</c>: the images by class, and how good the classifier is.</summary>
internal sealed class ClassifyPage(ImageClassifier model, PredictedImages found, ImageDataSet images)
{
    private const int Side = 128;
    private const int MinPerGroup = 6;
    private const string Diagonal = "perfectly calibrated";
    private const string Scaled = "with temperature";
    private const string Plain = "without temperature";

    // Pictures on pages are small, so a reduced decoding of a large JPEG is enough.
    private static readonly DataOptions Reading = new() { ScaledDecode = 160 };

    /// <summary>Creates the page.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="accuracy">The accuracy on these images in words; null if they have no labels.</param>
    public ReportPage Create(string command, string? accuracy) => new(
        "Classes of images",
        $"{found.Summary()}.{(accuracy is null ? "" : $" {Sentence(accuracy)}")}",
        [
            new ReportSection("Images by class", [.. Galleries()]),
            new ReportSection("The classifier", [.. Quality()]),
            new ReportSection(
                "How this page was made",
                new ReportLines([command]),
                new ReportFacts(
                [
                    ("Encoder", $"{model.Encoder.Options.Name}, layer {model.Layer}"),
                    ("Images", images.Name),
                    ("Date", DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
                    ("Version", $"simclr {typeof(ImageClassifier).Assembly.GetName().Version!.ToString(3)}"),
                ])),
        ]);

    private IEnumerable<ReportBlock> Galleries()
    {
        (string Name, PredictedImage[] Images)[] groups = [.. found.Groups()];
        int share = Math.Max(MinPerGroup, Gallery.MaxPictures / Math.Max(1, groups.Length));
        int left = Gallery.MaxPictures;
        for (int i = 0; i < groups.Length; i++)
        {
            (string name, PredictedImage[] members) = groups[i];
            if (left == 0)
            {
                yield return new ReportParagraph(
                    $"{Plural.Format(groups.Length - i, "group")} more are not shown; "
                        + "--out and --json list all images.");
                yield break;
            }

            PredictedImage[] shown = [.. members.Take(Math.Min(share, left))];
            left -= shown.Length;
            string first = name == PredictedImages.Unknown ? "most unlike the training images" : "most probable";
            yield return new ReportGallery(
                $"{name}: {Plural.Format(members.Length, "image")}",
                shown.Length < members.Length ? $"the {shown.Length} {first}" : "",
                [.. shown.AsParallel().AsOrdered().Select(Picture)]);
        }
    }

    private GalleryImage Picture(PredictedImage image)
    {
        string? file = File.Exists(image.Path) ? image.Path : null;
        return new GalleryImage(
            Read(image, file) is { } pixels ? Tile.FromImage(pixels, Side) : null,
            image.Path,
            found.Text(image),
            Marked: false,
            file);
    }

    private RgbImage? Read(PredictedImage image, string? file)
    {
        try
        {
            return file is null
                ? images.Read(image.Index)
                : ImageDecoder.Decode(RegularFile.ReadAllBytes(file), file, Reading);
        }
        catch (Exception error) when (error is UnreadableImageException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private IEnumerable<ReportBlock> Quality()
    {
        yield return new ReportParagraph(Sentence(ModelOption.Describe(model)));
        if (model.Novelty is { } novelty)
        {
            yield return new ReportParagraph(string.Create(
                CultureInfo.InvariantCulture,
                $"An image is \"{PredictedImages.Unknown}\" if its cosine distance to its k-th nearest training image "
                    + $"(k = {novelty.Neighbors}) exceeds {novelty.Threshold:0.000}, the "
                    + $"{100 * NoveltyReference.Percentile:0}th percentile of the distances of {novelty.Count:N0} "
                    + $"training images, each to the others."));
        }

        if (model.Quality is { Uncalibrated: { } before } quality)
        {
            ChartSeries[] series =
            [
                ChartSeries.FromValues(Diagonal, [(0, 0), (1, 1)]) with { IsDashed = true },
                .. quality.Calibrated is { } after ? [Curve(Scaled, after)] : Array.Empty<ChartSeries>(),
                Curve(Plain, before),
            ];
            yield return new ReportCharts(
                [
                    new LineChart(
                        "Reliability",
                        new ChartAxis("probability of the predicted class") { IsPercent = true, Min = 0, Max = 1 },
                        new ChartAxis("share of correct predictions") { IsPercent = true, Min = 0, Max = 1 },
                        series)
                    {
                        Note = $"{Plural.Format(quality.Images, "image")}: {quality.MeasuredOn}.",
                    },
                ],
                new ChartColors(Diagonal, Scaled, Plain),
                $"Predictions in {Calibration.BinCount} bins by probability. Below the dashed line, the classifier is "
                    + "too sure of itself.");
        }
    }

    private static string Sentence(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";

    private static ChartSeries Curve(string name, Calibration calibration)
        => ChartSeries.FromValues(
            name,
            calibration.Bins.Where(bin => bin.Images > 0).Select(bin => (bin.Confidence, bin.Accuracy)));
}
