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
        Option<long?> k = ClusterRequest.CreateOption();
        OutputOption csv = OutputOptions.Csv(OutputKinds.Clusters, "Write the cluster of every image");
        OutputOption html = OutputOptions.Html("clusters", "Write a page with representatives of each cluster");
        var verb = new Verb(
            "cluster",
            "Divide images into clusters by their embeddings, and show what each holds.",
            "simclr cluster photos.npy --html clusters.html",
            "simclr cluster ./photos --run runs/photos --k 8 --csv clusters.csv --json")
        {
            Details =
            [
                "Spherical k-means from four beginnings of k-means++: an image belongs to the center with which its cosine is",
                "highest. The silhouette (by 1 - cosine, -1 to 1) tells how far clusters are apart. Where images have labels, NMI",
                $"and the adjusted Rand index tell how well both agree. Of more than {ClusterCount.MostRows} images, so many are drawn to choose k by.",
            ],
        };
        arguments.AddTo(verb);
        verb.Add(k);
        verb.Add(csv);
        verb.Add(html);
        return verb.Does(context => Divide(
            context,
            arguments,
            context.Value(k),
            GroupOutput.Open(context, csv, html)));
    }

    private static void Divide(CommandContext context, TableArguments arguments, long? k, GroupOutput output)
    {
        using TableInput input = Display.Show(context, display => TableInput.Open(context, arguments, display));
        (Clustering clusters, ClusterCountChoice? choice) = ClusterRequest.Fit(context, input.Table, k);
        output.Give(context, input, new ClusterList(input.Table, clusters, choice));
    }
}
