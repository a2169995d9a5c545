using System.CommandLine;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Clusters;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr cluster EMBEDDINGS</c>.</summary>
internal static class ClusterCommand
{
    public static Verb Create()
    {
        var arguments = new TableArguments();
        Option<long?> k = ClusterInputs.CreateOption();
        OutputOption csv = OutputOptions.Csv(OutputKinds.Clusters, "Write the cluster of each image");
        OutputOption html = OutputOptions.Html("clusters", "Write an HTML page with representatives of each cluster");
        var verb = new Verb(
            "cluster",
            "Cluster images by their embeddings, and show representatives.",
            "simclr cluster photos.npy --html clusters.html",
            "simclr cluster ./photos --run runs/photos --k 8 --csv clusters.csv --json")
        {
            Details =
            [
                "Spherical k-means with four k-means++ initializations: each image belongs to the center with the",
                "highest cosine. The silhouette (by 1 - cosine, from -1 to 1) measures how well clusters are",
                "separated. If images have labels, NMI and the adjusted Rand index measure how well clusters and",
                "labels agree.",
                $"The number of clusters is chosen on a sample of at most {ClusterCount.MaxRows} images.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(k);
        verb.Add(csv);
        verb.Add(html);
        return verb.Handle(context => Divide(
            context,
            arguments,
            context.Value(k),
            GroupOutput.Open(context, csv, html)));
    }

    private static void Divide(CommandContext context, TableArguments arguments, long? k, GroupOutput output)
    {
        using TableInputs input = Display.Show(context, display => TableInputs.Open(context, arguments, display));
        (Clustering clusters, ClusterCountChoice? choice) = ClusterInputs.Fit(context, input.Table, k);
        output.Write(context, input.Images, input.Skipped, new ClusterList(input.Table, clusters, choice));
    }
}
