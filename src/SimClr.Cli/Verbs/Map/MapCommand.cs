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
    private const int MostLimit = 20_000;
    private const string Umap = "umap";
    private const string Pca = "pca";
    private const string ByLabel = "label";
    private const string ByCluster = "cluster";

    public static Verb Create()
    {
        var arguments = new TableArguments();
        var file = new OutputOption("--out", OutputKinds.Map, "The map: a page (.html) or a picture (.png)") { Required = true };
        Option<string?> method = ChoiceOption.Of("--method", "How images are placed; umap if it is not given", [Umap, Pca]);
        Option<string?> color = ChoiceOption.Of("--color", "What colors mean; labels where there are some, if it is not given", [ByLabel, ByCluster]);
        Option<long?> k = ClusterRequest.CreateOption();
        Option<long?> neighbors = NumberOption.Integer("--neighbors", "Neighbors that pull at an image (umap); 15 if it is not given", 2);
        Option<long?> limit = NumberOption.Integer("--limit", $"Images on the map at most; {DefaultLimit} if it is not given. Of more, the seed draws", 4);
        OutputOption csv = OutputOptions.Csv(OutputKinds.Places, "Write the place of every image on the map");
        var verb = new Verb(
            "map",
            "Draw images on a map on which those with similar embeddings are near each other.",
            "simclr map photos.npy --out map.html",
            "simclr map photos.npy --out map.png --method pca --color cluster --k 8")
        {
            Details =
            [
                "umap keeps neighborhoods together (as UMAP does, from exact neighbors by cosine); how far apart its groups lie means",
                "nothing. pca shows the two directions of most variance. Trustworthiness (of 5 neighbors, 0 to 1) tells how far one",
                "can trust that what is near on the map is near in truth.",
            ],
        };
        arguments.AddTo(verb);
        foreach (Option option in new Option[] { file, method, color, k, neighbors, limit, csv })
        {
            verb.Add(option);
        }

        return verb.Does(context => Draw(
            context,
            arguments,
            context.File(file)!,
            new MapRequest(
                context.Value(method) ?? Umap,
                context.Value(color),
                context.Value(k),
                AtMost("--neighbors", context.Value(neighbors) ?? 15, 500),
                AtMost("--limit", context.Value(limit) ?? DefaultLimit, MostLimit)),
            context.File(csv)));
    }

    private static int AtMost(string name, long value, int most)
        => value <= most ? (int)value : throw new ConfigurationException($"{name}: got {value}, expected at most {most}");

    private static void Draw(CommandContext context, TableArguments arguments, OutputFile file, MapRequest request, OutputFile? csv)
    {
        using TableInput input = Display.Show(context, display => TableInput.Open(context, arguments, display));
        if (request.Color == ByLabel)
        {
            _ = input.Table.RequireLabels();
        }

        int[] rows = Shown(input.Table, request.Limit, context.Seed ?? 0);
        EmbeddingTable table = rows.Length == input.Table.Count ? input.Table : input.Table.Subset(rows);
        ImageMap map = request.Method == Pca ? PrincipalMap.Place(table) : Neighborhoods(context, table, request.Neighbors);
        bool byLabel = request.Color != ByCluster && table.Labels is not null;
        MapGroups groups = byLabel ? MapGroups.ByLabel(table) : MapGroups.ByCluster(ClusterRequest.Fit(context, table, request.K).Clusters);
        var report = new MapReport(input, rows, table, map, groups, request.Method);
        Display.Show(context, display =>
        {
            report.Write(file, display.Images("drawing", table.Count), context.Cancel);
            return 0;
        });
        report.WriteCsv(csv);
        input.Images.Remark(context);
        context.Result(report.Json(file, csv), report.Text(file));
    }

    private static ImageMap Neighborhoods(CommandContext context, EmbeddingTable table, int neighbors)
    {
        int epochs = NeighborMap.DefaultEpochs(table.Count);
        return Display.Show(context, display =>
        {
            IProgress<WorkDone> work = display.Work(epochs);
            return NeighborMap.Place(
                table,
                new NeighborMapOptions { Neighbors = neighbors, Seed = context.Seed ?? 0 },
                new Reports<int>(epoch => work.Report(new WorkDone(epoch, $"placing {table.Count} images: pass {epoch} of {epochs}"))),
                context.Cancel);
        });
    }

    private static int[] Shown(EmbeddingTable table, int limit, long seed) => table.Count <= limit
        ? [.. Enumerable.Range(0, table.Count)]
        : [.. new RandomStream(seed, Purpose.Map, -3).Permutation(table.Count).Take(limit).Order()];
}
