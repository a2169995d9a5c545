using SimClr.Classification;
using SimClr.Cli.Verbs;
using SimClr.Data;

namespace SimClr.Cli.Outputs;

/// <summary>All kinds of output files, in a single table with their extensions.</summary>
internal static class OutputKinds
{
    private static readonly OutputFormat PageFormat = new([".html", ".htm"], FileContents.IsPage);
    private static readonly OutputFormat PictureFormat = new([".png"], FileContents.IsPicture)
    {
        Unmarked = "pictures drawn by earlier versions are not marked",
    };

    private static readonly (string, Func<string, bool>) Skipped = (".skipped.jsonl", FileContents.IsSkippedList);
    private static readonly (string, Func<string, bool>) Source =
        (EmbeddingSource.Suffix, file => EmbeddingSource.Read(file) is not null);

    private static readonly (string, Func<string, bool>) Part = (".part", _ => true);   // checked when the work resumes

    /// <summary>A page for a browser.</summary>
    public static OutputKind Page(string example) => new("a page", $"{example}.html", PageFormat);

    public static OutputKind Map { get; } = new("a map", "map.html", PageFormat, PictureFormat);

    public static OutputKind Picture { get; } = new("a picture", "views.png", PictureFormat);

    /// <summary>A chart that contains its data.</summary>
    public static OutputKind Chart { get; } = new(
        "a chart", "colors.svg", new OutputFormat([".svg"], FileContents.IsChart), PictureFormat);

    public static OutputKind Duplicates { get; } = Rows("duplicates", "group,keep,path");

    /// <summary>The findings of <c>simclr check</c>.</summary>
    public static OutputKind Check { get; } = new(
        "findings",
        "check.csv",
        new OutputFormat([".csv"], file => FileContents.HasColumns(file, CheckReport.CsvHeader)),
        new OutputFormat([".json"], file => FileContents.FirstLineOf(file)?.StartsWith(
            "{\"check\":", StringComparison.Ordinal) == true));

    public static OutputKind Clusters { get; } = Rows("clusters", "path,cluster,cosine");

    public static OutputKind Coordinates { get; } = Rows("map", "path,x,y");

    public static OutputKind LabelPredictions { get; } = Rows("predictions", "path,label,prediction,confidence");

    /// <summary>The classes of new images.</summary>
    public static OutputKind Classifications { get; } = new(
        "predictions",
        "predictions.csv",
        new OutputFormat([".csv"], file => FileContents.HasColumns(file, "path,label,probability,novelty,unknown")),
        new OutputFormat([".parquet"], FileContents.IsPredictionColumns),
        new OutputFormat([".json"], FileContents.IsPredictionJson));

    public static OutputKind Classifier { get; } = new(
        "a classifier",
        $"animals{ImageClassifier.Extension}",
        new OutputFormat([ImageClassifier.Extension], FileContents.IsClassifier));

    public static OutputKind Predictions { get; } = Rows(
        "predictions", "path,label,prediction,correct", "path,class,mark,score");

    /// <summary>
    /// A label list to fill in. <see cref="Verbs.ManualLabels"/> ensures that no label typed by the user is lost.
    /// </summary>
    public static OutputKind Labels { get; } = new(
        "a list of labels (path,label,guess)",
        "next.csv",
        new OutputFormat([".csv"], FileContents.IsLabels));

    public static OutputKind Embeddings { get; } = new(
        "embeddings",
        "photos.npy",
        new OutputFormat(
            [".npy"],
            FileContents.IsMatrix,
            (".csv", file => FileContents.HasColumns(file, "path,width,height")),
            Skipped,
            Source,
            Part),
        new OutputFormat([".csv"], FileContents.IsEmbeddingText, Skipped, Source, Part),
        new OutputFormat([".safetensors"], FileContents.IsEmbeddingTensors, Skipped, Source, Part),
        new OutputFormat([".parquet"], FileContents.IsEmbeddingColumns, Skipped, Source, Part));

    public static OutputKind Weights { get; } = new(
        "an encoder", "encoder.safetensors", new OutputFormat([".safetensors"], FileContents.IsEncoderTensors));

    public static OutputKind PyTorchWeights { get; } = new(
        "an encoder", "encoder.pth", new OutputFormat([".pth"], FileContents.IsEncoderZip));

    public static OutputKind Onnx { get; } = new(
        "a model", "encoder.onnx", new OutputFormat([".onnx"], FileContents.IsOnnxModel));

    public static OutputKind Pack { get; } = new(
        "packed images",
        $"images{PackFile.Extension}",
        new OutputFormat([PackFile.Extension], PackFile.IsPack, Skipped));

    public static OutputKind Figures { get; } = new(
        "figures", "results.md", new OutputFormat([".md", ".markdown"], FileContents.IsBenchTable));

    /// <summary>A preset to edit; it never replaces a file.</summary>
    public static OutputKind Preset { get; } = new(
        "a configuration", "my.yaml", new OutputFormat([".yaml", ".yml"], IsIn: null));

    /// <summary>An index, under any extension that no other kind has; it never replaces a file.</summary>
    public static OutputKind Index { get; } = new("an index", "photos.index");

    private static IEnumerable<OutputKind> WithFormats =>
    [
        Map, Picture, Chart, Check, Duplicates, Classifications, Classifier, Embeddings, Weights, PyTorchWeights, Onnx,
        Pack, Figures, Preset,
    ];

    /// <summary>Whether an extension belongs to one of these kinds or to an image format.</summary>
    public static bool IsKnownExtension(string extension)
        => WithFormats.SelectMany(kind => kind.Formats).Any(format => format.Extensions.Contains(extension))
            || ImageDecoder.Extensions.Contains(extension);

    private static OutputKind Rows(string example, params string[] columns) => new(
        $"a table that begins with {columns[0]}",
        $"{example}.csv",
        new OutputFormat([".csv"], file => columns.Any(names => FileContents.HasColumns(file, names))));
}
