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
            "--method", "Projection to two dimensions", [UmapMethod, PcaMethod], UmapMethod);
        Option<string?> color = ChoiceOption.Create(
            "--color",
            "Attribute shown by the colors",
            [ByLabel, ByCluster],
            "label if there are labels, else cluster");
        Option<long?> k = ClusterInputs.CreateOption();
        Option<long?> neighbors = NumberOption.Integer("--neighbors", "Neighbors per image for umap. Default: 15.", 2);
        Option<long?> limit = NumberOption.Integer(
            "--limit",
            $"Maximum number of images on the map; a larger set is sampled by seed. Default: {DefaultLimit}.",
            4);
        OutputOption csv = OutputOptions.Csv(OutputKinds.Coordinates, "Write the position of each image on the map");
        var verb = new Verb(
            "map",
            "Draw a map of images on which similar images are close together.",
            "simclr map photos.npy --out map.html",
            "simclr map photos.npy --out map.png --method pca --color cluster --k 8")
        {
            Details =
            [
                "umap preserves neighborhoods (UMAP with exact neighbors by cosine); distances between its groups",
                "have no meaning. pca shows the two directions of largest variance. Trustworthiness (for 5 neighbors,",
                "from 0 to 1) measures how many neighbors on the map are neighbors in the embedding.",
            ],
        };
        arguments.AddTo(verb);
        foreach (Option option in new Option[] { file, method, color, k, neighbors, limit, csv })
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
                RequireMax("--limit", context.Value(limit) ?? DefaultLimit, MaxLimit)),
            context.File(csv)));
    }

    private static int RequireMax(string name, long value, int max)
        => value <= max ? (int)value : throw new ConfigurationException($"{name}: got {value}, expected at most {max}");

    private static void Draw(
        CommandContext context, TableArguments arguments, OutputFile file, MapInputs request, OutputFile? csv)
    {
        using TableInputs input = Display.Show(context, display => TableInputs.Open(context, arguments, display));
        if (request.Color == ByLabel)
        {
            _ = input.Table.RequireLabels();
        }

        int[] rows = SampleRows(input.Table, request.Limit, context.Seed ?? 0);
        EmbeddingTable table = rows.Length == input.Table.Count ? input.Table : input.Table.Subset(rows);
        ImageMap map = request.Method == PcaMethod
            ? Pca.Project(table)
            : ComputeUmap(context, table, request.Neighbors);
        bool byLabel = request.Color != ByCluster && table.Labels is not null;
        MapGroups groups = byLabel
            ? MapGroups.ByLabel(table)
            : MapGroups.ByCluster(ClusterInputs.Fit(context, table, request.K).Clusters);
        var report = new MapReport(input, rows, table, map, groups, request.Method);
        Display.Show(context, display =>
        {
            report.Write(file, display.Images("drawing", table.Count), context.Cancel);
            return 0;
        });
        report.WriteCsv(csv);
        input.Images.WriteNote(context);
        context.Result(report.Json(file, csv), report.Text(file));
    }

    private static ImageMap ComputeUmap(CommandContext context, EmbeddingTable table, int neighbors)
    {
        int epochs = Umap.DefaultEpochs(table.Count);
        return Display.Show(context, display =>
        {
            IProgress<WorkDone> work = display.Work(epochs);
            return Umap.Project(
                table,
                new UmapOptions { Neighbors = neighbors, Seed = context.Seed ?? 0 },
                new ImmediateProgress<int>(epoch => work.Report(
                    new WorkDone(epoch, $"placing {table.Count} images: pass {epoch} of {epochs}"))),
                context.Cancel);
        });
    }

    private static int[] SampleRows(EmbeddingTable table, int limit, long seed) => table.Count <= limit
        ? [.. Enumerable.Range(0, table.Count)]
        : [.. new RandomStream(seed, Purpose.Map, -3).Permutation(table.Count).Take(limit).Order()];
}
