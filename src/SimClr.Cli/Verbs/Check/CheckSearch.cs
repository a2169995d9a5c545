using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Checks;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Duplicates;
using SimClr.Embeddings;
using SimClr.Labels;

namespace SimClr.Cli.Verbs;

/// <summary>The search for faults of each kind in a set of images.</summary>
internal sealed class CheckSearch
{
    private const int Digits = 4;

    // A classifier that is wrong on more than half of the images would list mostly its own mistakes.
    private const double MinAccuracy = 0.5;

    private readonly ImageDataSet images;
    private readonly ImageCheck check;
    private readonly QualityLimits limits;

    /// <summary>Reads the images.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="images">The images.</param>
    /// <param name="reading">The options for reading images.</param>
    /// <param name="limits">The limits of the measures.</param>
    /// <exception cref="DataException">No image can be read.</exception>
    public CheckSearch(CommandContext context, ImageDataSet images, DataOptions reading, QualityLimits limits)
    {
        (this.images, this.limits) = (images, limits);
        check = Display.Show(context, display => ImageCheck.Run(
            images, reading, display.Images($"checking {images.Name}", images.Count), context.Cancel));
        if (check.Unreadable.Count == images.Count)
        {
            throw new DataException(
                $"{images.Name}: none of {images.Count} images can be read; the first: "
                    + $"{images.PathOf(0)}: {check.Unreadable[0].Reason}");
        }
    }

    /// <summary>The number of images that can be read.</summary>
    public int Readable => images.Count - check.Unreadable.Count;

    /// <summary>Returns the faults that the files and pixels show.</summary>
    public IEnumerable<CheckedList> InPixels()
    {
        yield return new CheckedList(
            "unreadable", "Unreadable", "files that are no image, or broken", [.. Unreadable(truncated: false)]);
        yield return new CheckedList(
            "truncated", "Truncated", "files whose last part is missing", [.. Unreadable(truncated: true)]);
        yield return Measured(
            ImageFault.Small, "Too small", $"short side below {limits.MinSide} pixels", "pixels");
        yield return Measured(
            ImageFault.Blurred,
            "Blurred",
            Text($"variance of the Laplacian below {limits.MinSharpness} of that of the image"),
            "sharpness");
        yield return Measured(
            ImageFault.Dark, "Dark", Text($"mean brightness below {limits.MinBrightness} of 255"), "brightness");
        yield return Measured(
            ImageFault.Bright, "Bright", Text($"mean brightness above {limits.MaxBrightness} of 255"), "brightness");
        yield return Measured(
            ImageFault.Blank, "Blank", Text($"standard deviation below {limits.MinContrast} of 255"), "contrast");
    }

    /// <summary>Returns the images far from all others.</summary>
    public CheckedList OutliersIn(EmbeddingTable table, CancellationToken cancellation)
    {
        IReadOnlyList<OutlierScore> scores = Outliers.Score(
            table, Math.Min(Outliers.Neighbors, Math.Max(1, table.Count - 1)), cancellation);
        return new CheckedList(
            "outliers",
            "Outliers",
            Text($"distance to the nearest images, robust z-score above {Outliers.MaxScore}"),
            [
                .. scores.Index()
                    .Where(row => row.Item.Score > Outliers.MaxScore)
                    .OrderByDescending(row => row.Item.Score)
                    .Select(row => Item(
                        table.Paths[row.Index],
                        row.Item.Score,
                        Text($"z {row.Item.Score:0.0}, distance {row.Item.Distance:0.000}"),
                        ("distance", Math.Round(row.Item.Distance, 6)))),
            ]);
    }

    /// <summary>Returns the images whose label is probably another.</summary>
    public CheckedList WrongLabelsIn(
        EmbeddingTable table, KnownLabels known, long seed, CancellationToken cancellation)
    {
        LabelCheck found = LabelIssues.Find(table, known.Rows, known.Labels, known.ClassNames, seed, cancellation);
        bool isAble = found.Accuracy >= MinAccuracy;
        return new CheckedList(
            "wrong_labels",
            "Probably wrong labels",
            Text($"by a classifier that predicts {100 * found.Accuracy:0}% of labels it has not seen; ")
                + "the less, the more of these are its own mistakes",
            [
                .. found.Issues.Where(_ => isAble).Select(issue => Item(
                    table.Paths[issue.Row],
                    issue.Margin,
                    Text($"'{known.ClassNames[issue.Label]}' {100 * issue.LabelProbability:0}%, more probably ")
                        + Text($"'{known.ClassNames[issue.Probable]}' {100 * issue.Probability:0}%"),
                    ("label", known.ClassNames[issue.Label]),
                    ("probable", known.ClassNames[issue.Probable]),
                    ("label_probability", Math.Round(issue.LabelProbability, Digits)),
                    ("probability", Math.Round(issue.Probability, Digits)))),
            ])
        {
            Accuracy = found.Accuracy,
            LeftOut = isAble ? null : Text(
                $"the embeddings predict {100 * found.Accuracy:0}% of labels that the classifier has not seen, ")
                + Text($"expected {100 * MinAccuracy:0}%; use a better encoder"),
        };
    }

    /// <summary>Returns the images that are also in a set of test images.</summary>
    public CheckedList LeaksInto(CommandContext context, ImageDataSet test, DataOptions reading)
    {
        ImageSignature?[] signatures = Display.Show(context, display => ImageSignature.ReadAll(
            test,
            reading,
            progress: display.Images($"checking {test.Name}", test.Count),
            cancellation: context.Cancel));
        return new CheckedList(
            "leaks",
            "In the training and in the test set",
            $"the same bytes, or at most {PerceptualHash.MaxDistance} of 64 bits of the hash differ",
            [
                .. SetLeaks.Find(signatures, check.Signatures, context.Cancel)
                    .OrderBy(leak => leak.IsIdentical ? -1 : leak.Distance)
                    .Select(leak => new CheckedItem(
                        images.PathOf(leak.Train),
                        leak.Train,
                        leak.Distance,
                        $"{(leak.IsIdentical ? "the same bytes as" : $"{leak.Distance} bits from")} "
                            + test.PathOf(leak.Test),
                        [
                            KeyValuePair.Create("test", (JsonNode?)test.PathOf(leak.Test)),
                            KeyValuePair.Create("identical", (JsonNode?)leak.IsIdentical),
                        ])),
            ]);
    }

    private IEnumerable<CheckedItem> Unreadable(bool truncated)
        => check.Unreadable.Where(image => image.IsTruncated == truncated).Select(image => new CheckedItem(
            images.PathOf(image.Image),
            image.Image,
            null,
            image.Reason,
            [KeyValuePair.Create("reason", (JsonNode?)image.Reason)]));

    private CheckedList Measured(ImageFault fault, string title, string meaning, string unit) => new(
        fault.ToString().ToLowerInvariant(),
        title,
        meaning,
        [
            .. check.Find(fault, limits).Select(image => new CheckedItem(
                images.PathOf(image.Image),
                image.Image,
                Math.Round(image.Value, 5),
                Text($"{unit} {image.Value:G3}"),
                [
                    KeyValuePair.Create("width", (JsonNode?)check.Quality[image.Image]!.Width),
                    KeyValuePair.Create("height", (JsonNode?)check.Quality[image.Image]!.Height),
                ])),
        ]);

    private CheckedItem Item(string path, double value, string detail, params (string Key, JsonNode? Value)[] more)
        => new(
            path,
            IndexOf(path),
            Math.Round(value, Digits),
            detail,
            [.. more.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))]);

    private int? IndexOf(string path)
    {
        indices ??= Enumerable.Range(0, images.Count).GroupBy(index => FullPath(images.PathOf(index)))
            .ToDictionary(group => group.Key, group => group.First());
        return indices.TryGetValue(FullPath(path), out int index) ? index : null;
    }

    private Dictionary<string, int>? indices;

    private static string FullPath(string path)
        => path.Length == 0 || path.Contains('\0') ? path : Path.GetFullPath(path);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
