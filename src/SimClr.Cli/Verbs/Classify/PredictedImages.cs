using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Parquet;

namespace SimClr.Cli.Verbs;

/// <summary>An image with its most probable classes.</summary>
/// <param name="Index">The index of the image in the set.</param>
/// <param name="Path">The path of the image.</param>
/// <param name="Top">The most probable classes, the first is the predicted one.</param>
/// <param name="Novelty">The distance to the training images, or null.</param>
/// <param name="IsUnknown">Whether the image is unlike all training images.</param>
internal sealed record PredictedImage(
    int Index, string Path, IReadOnlyList<(string Label, float Probability)> Top, double? Novelty, bool IsUnknown)
{
    public string Label => Top[0].Label;

    public float Probability => Top[0].Probability;
}

/// <summary>The classified images as text, JSON, CSV and Parquet, and their groups.</summary>
internal sealed class PredictedImages(
    IReadOnlyList<PredictedImage> images, IReadOnlyList<string> classNames, int top, double minConfidence)
{
    /// <summary>The name of the group of images unlike the training images.</summary>
    public const string Unknown = "none of these";

    /// <summary>The name of the group of images with a low probability.</summary>
    public const string Uncertain = "uncertain";

    private readonly Dictionary<string, int> numbers = classNames.Index()
        .ToDictionary(name => name.Item, name => name.Index);

    public int Count => images.Count;

    public IReadOnlyList<PredictedImage> Images => images;

    /// <summary>The names of all groups: the classes, then the two others.</summary>
    public IReadOnlyList<string> GroupNames => [.. classNames, Unknown, Uncertain];

    /// <summary>Returns the number of the group of an image.</summary>
    public int GroupOf(PredictedImage image)
        => image.IsUnknown ? classNames.Count
            : image.Probability < minConfidence ? classNames.Count + 1
            : numbers[image.Label];

    /// <summary>Returns the groups that have images, the most probable image first.</summary>
    public IEnumerable<(string Name, PredictedImage[] Images)> Groups()
        => images.GroupBy(GroupOf).OrderBy(group => group.Key).Select(group => (
            GroupNames[group.Key],
            group.Key == classNames.Count
                ? group.OrderByDescending(image => image.Novelty).ToArray()
                : [.. group.OrderByDescending(image => image.Probability)]));

    public IEnumerable<string> Lines()
        => images.Select(image => $"{TerminalText.EscapeName(image.Path)}: {Text(image)}");

    /// <summary>Returns what an image shows, in words.</summary>
    public string Text(PredictedImage image)
    {
        string guess = string.Create(
            CultureInfo.InvariantCulture, $"{TerminalText.EscapeName(image.Label)} {image.Probability:0%}");
        return image.IsUnknown
            ? string.Create(CultureInfo.InvariantCulture, $"{Unknown} (distance {image.Novelty:0.000}; else {guess})")
            : image.Probability < minConfidence ? $"{Uncertain} ({guess})" : guess;
    }

    public string Summary()
        => $"{Plural.Format(Count, "image")}: "
            + string.Join(", ", Groups().Select(group => string.Create(
                CultureInfo.InvariantCulture, $"{group.Images.Length:N0} {TerminalText.EscapeName(group.Name)}")));

    public void Write(OutputFile file)
    {
        switch (Path.GetExtension(file.Path).ToLowerInvariant())
        {
            case ".parquet":
                file.Write(stream => ParquetRows.Write(stream, Columns()));
                break;
            case ".json":
                file.Write(WriteJson);
                break;
            default:
                CsvText.Write(file, string.Join(',', ColumnNames()), images.Select(CsvRow));
                break;
        }
    }

    public JsonArray Json() => new([.. images.Select(image => new JsonObject
    {
        ["path"] = image.Path,
        ["label"] = image.Label,
        ["probability"] = Math.Round(image.Probability, 6),
        ["novelty"] = Rounded(image.Novelty),
        ["unknown"] = image.IsUnknown,
        ["top"] = new JsonArray([.. image.Top.Select(guess => new JsonObject
        {
            ["label"] = guess.Label,
            ["probability"] = Math.Round(guess.Probability, 6),
        })]),
    })]);

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 6) : null;

    private IEnumerable<string> ColumnNames() =>
    [
        "path", "label", "probability", "novelty", "unknown",
        .. Enumerable.Range(2, top - 1).SelectMany(rank => new[] { $"label_{rank}", $"probability_{rank}" }),
    ];

    private static object?[] CsvRow(PredictedImage image) =>
    [
        image.Path, image.Label, Math.Round(image.Probability, 6), Rounded(image.Novelty),
        image.IsUnknown ? 1 : 0,
        .. image.Top.Skip(1).SelectMany(guess => new object[] { guess.Label, Math.Round(guess.Probability, 6) }),
    ];

    private List<(string Name, Array Values)> Columns()
    {
        var columns = new List<(string, Array)>
        {
            ("path", images.Select(image => image.Path).ToArray()),
            ("label", images.Select(image => image.Label).ToArray()),
            ("probability", images.Select(image => image.Probability).ToArray()),
            ("unknown", images.Select(image => image.IsUnknown).ToArray()),
        };
        if (images.All(image => image.Novelty is not null))
        {
            columns.Insert(3, ("novelty", images.Select(image => image.Novelty!.Value).ToArray()));
        }

        for (int rank = 1; rank < top; rank++)
        {
            int place = rank;
            columns.Add(($"label_{rank + 1}", images.Select(image => image.Top[place].Label).ToArray()));
            columns.Add(($"probability_{rank + 1}", images.Select(image => image.Top[place].Probability).ToArray()));
        }

        return columns;
    }

    private void WriteJson(Stream stream)
    {
        stream.Write(Encoding.UTF8.GetBytes(Outputs.FileContents.PredictionStart));
        stream.Write("\"predictions\":["u8);
        foreach ((int number, JsonNode? image) in Json().Index())
        {
            stream.Write(number > 0 ? ",\n"u8 : "\n"u8);
            stream.Write(Encoding.UTF8.GetBytes(image!.ToJsonString(ReadableText)));
        }

        stream.Write("\n]}\n"u8);
    }

    private static readonly JsonSerializerOptions ReadableText = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
