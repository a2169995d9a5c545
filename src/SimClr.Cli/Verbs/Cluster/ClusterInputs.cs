using System.CommandLine;
using System.Globalization;
using SimClr.Cli.Progress;
using SimClr.Clusters;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>Clustering of a table into the number of clusters requested by the user.</summary>
internal static class ClusterInputs
{
    public static Option<long?> CreateOption() => NumberOption.IntegerOrAuto(
        "--k", "Number of clusters; auto chooses from 2 to 50 by the silhouette. Default: auto.", 1);

    /// <summary>
    /// Clusters a table. The second result describes the choice of the number of clusters, if it was automatic.
    /// </summary>
    /// <param name="context">The command line, for its seed.</param>
    /// <param name="table">The embeddings.</param>
    /// <param name="k">The number of clusters as typed; 0 or null for auto.</param>
    public static (Clustering Clusters, ClusterCountChoice? Choice) Fit(
        CommandContext context, EmbeddingTable table, long? k)
    {
        var options = new KMeansOptions { Seed = context.Seed ?? 0 };
        ClusterCountChoice? choice = k is > 0 ? null : Display.Show(context, display =>
        {
            IProgress<WorkDone> work = display.Work(50);
            return ClusterCount.Choose(
                table,
                options,
                new ImmediateProgress<ClusterCountPoint>(point => work.Report(new WorkDone(
                    point.K, string.Create(
                        CultureInfo.InvariantCulture, $"{point.K} clusters: silhouette {point.Silhouette:0.000}")))),
                context.Cancel);
        });
        return (SphericalKMeans.Fit(table, choice?.K ?? (int)k!.Value, options, context.Cancel), choice);
    }
}
