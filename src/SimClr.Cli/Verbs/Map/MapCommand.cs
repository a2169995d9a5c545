using System.CommandLine;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Maps;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr map EMBEDDINGS --out map.html</c>.</summary>
internal static class MapCommand
{
    private const int DefaultLimit = 5000;
    private const int MaxLimit = 20_000;
    private const string UmapMethod = "umap";
    private const string TsneMethod = "tsne";
    private const string PcaMethod = "pca";
    private const string ByLabel = "label";
    private const string ByCluster = "cluster";

    public static Verb Create()
    {
        var arguments = new TableArguments();
        var file = new OutputOption("--out", OutputKinds.Map, "Output file: an HTML page (.html) or a picture (.png)")
        {
            Required = true,
        };
        Option<string?> method = ChoiceOption.Create(
            "--method", "Projection to two dimensions", [UmapMethod, TsneMethod, PcaMethod], UmapMethod);
        Option<string?> color = ChoiceOption.Create(
            "--color",
            "Attribute shown by the colors",
            [ByLabel, ByCluster],
            "label if there are labels, else cluster");
        Option<long?> k = ClusterInputs.CreateOption();
        Option<long?> neighbors = NumberOption.Integer("--neighbors", "Neighbors per image for umap. Default: 15.", 2);
        Option<double?> perplexity = NumberOption.Positive(
            "--perplexity", "Effective number of neighbors per image for tsne, from 1 to 500. Default: 30.");
        var beside = new Option<string?>("--beside")
        {
            Description = "Embeddings of the same images by another layer, drawn beside in the same colors",
            HelpName = "EMBEDDINGS",
        };
        Option<long?> limit = NumberOption.Integer(
            "--limit",
            $"Maximum number of images on the map; a larger set is sampled by seed. Default: {DefaultLimit}.",
            4);
        OutputOption csv = OutputOptions.Csv(OutputKinds.Coordinates, "Write the position of each image on the map");
        var verb = new Verb(
            "map",
            "Draw a map of images on which similar images are close together.",
            "simclr map photos.npy --out map.html",
            "simclr map photos.npy --out map.png --method pca --color cluster --k 8",
            "simclr map h.npy --beside z.npy --out map.html --method tsne")
        {
            Details =
            [
                "umap and tsne preserve neighborhoods (UMAP, or t-SNE by Barnes and Hut; both with exact neighbors by",
                "cosine); distances between their groups have no meaning. pca shows the two directions of largest",
                "variance. Trustworthiness (for 5 neighbors, from 0 to 1) measures how many neighbors on the map are",
                "neighbors in the embedding. Compare layers with --beside, such as h and z (paper, Figure B.4), which",
                "'simclr embed' writes with --layer h and --layer z.",
            ],
        };
        arguments.AddTo(verb);
        foreach (Option option in new Option[] { file, method, color, k, neighbors, perplexity, limit, beside, csv })
        {
            verb.Add(option);
        }

        return verb.Handle(context => Draw(
            context,
            arguments,
            context.File(file)!,
            new MapInputs(
                context.Value(method) ?? UmapMethod,
                context.Value(color),
                context.Value(k),
                RequireMax("--neighbors", context.Value(neighbors) ?? 15, 500),
                PerplexityOf(context.Value(perplexity) ?? 30),
                RequireMax("--limit", context.Value(limit) ?? DefaultLimit, MaxLimit),
                context.Value(beside)),
            context.File(csv)));
    }

    private static int RequireMax(string name, long value, int max)
        => value <= max ? (int)value : throw new ConfigurationException($"{name}: got {value}, expected at most {max}");

    private static double PerplexityOf(double value)
        => value is >= 1 and <= 500
            ? value
            : throw new ConfigurationException($"--perplexity: got {value}, expected a number from 1 to 500");

    private static void Draw(
        CommandContext context, TableArguments arguments, OutputFile file, MapInputs request, OutputFile? csv)
    {
        using TableInputs input = Display.Show(context, display => TableInputs.Open(context, arguments, display));
        if (request.Color == ByLabel)
        {
            _ = input.Table.RequireLabels();
        }

        int[] rows = SampleRows(input.Table, request.Limit, context.Seed ?? 0);
        EmbeddingTable table = Rows(input.Table, rows);
        EmbeddingTable? other = request.Beside is { } path ? Rows(ReadBeside(context, path, input.Table), rows) : null;
        ImageMap map = Project(context, table, request);
        ImageMap? beside = other is null ? null : Project(context, other, request);
        bool byLabel = request.Color != ByCluster && table.Labels is not null;
        MapGroups groups = byLabel
            ? MapGroups.ByLabel(table)
            : MapGroups.ByCluster(ClusterInputs.Fit(context, table, request.K).Clusters);
        var report = new MapReport(input, rows, table, map, groups, request.Method)
        {
            Beside = other is null ? null : new MapReport.Panel(request.Beside!, other, beside!),
            Source = context.Value(arguments.Source),
        };
        Display.Show(context, display =>
        {
            report.Write(file, display.Images("drawing", table.Count), context.Cancel);
            return 0;
        });
        report.WriteCsv(csv);
        input.Images.WriteNote(context);
        context.Result(report.Json(file, csv), report.Text(file));
    }

    private static EmbeddingTable Rows(EmbeddingTable table, int[] rows)
        => rows.Length == table.Count ? table : table.Subset(rows);

    private static EmbeddingTable ReadBeside(CommandContext context, string path, EmbeddingTable table)
    {
        EmbeddingTable other = EmbeddingsInputs.Read(path, context.WriteNote);
        return other.Paths.SequenceEqual(table.Paths, StringComparer.Ordinal)
            ? other
            : throw new DataException(
                $"{path}: its {other.Count} rows are not those of the first embeddings ({table.Count}); expected the "
                    + "same images in the same order, as 'simclr embed' writes them with --layer h and --layer z");
    }

    private static ImageMap Project(CommandContext context, EmbeddingTable table, MapInputs request)
    {
        if (request.Method == PcaMethod)
        {
            return Pca.Project(table);
        }

        var tsne = new TsneOptions { Perplexity = request.Perplexity, Seed = context.Seed ?? 0 };
        int passes = request.Method == TsneMethod ? tsne.Iterations : Umap.DefaultEpochs(table.Count);
        return Display.Show(context, display =>
        {
            IProgress<WorkDone> work = display.Work(passes);
            var progress = new ImmediateProgress<int>(pass => work.Report(
                new WorkDone(pass, $"placing {table.Count} images: pass {pass} of {passes}")));
            return request.Method == TsneMethod
                ? Tsne.Project(table, tsne, progress, context.Cancel)
                : Umap.Project(
                    table,
                    new UmapOptions { Neighbors = request.Neighbors, Seed = context.Seed ?? 0 },
                    progress,
                    context.Cancel);
        });
    }

    private static int[] SampleRows(EmbeddingTable table, int limit, long seed) => table.Count <= limit
        ? [.. Enumerable.Range(0, table.Count)]
        : [.. new RandomStream(seed, Purpose.Map, -3).Permutation(table.Count).Take(limit).Order()];
}
