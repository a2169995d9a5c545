using System.Globalization;
using SimClr.Clusters;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>The groups behind the colors of a map.</summary>
/// <param name="Kind">"label" or "cluster".</param>
/// <param name="Names">The groups, in the order of the legend.</param>
/// <param name="Numbers">The group of each row.</param>
internal sealed record MapGroups(string Kind, IReadOnlyList<string> Names, IReadOnlyList<int> Numbers)
{
    /// <summary>The maximum number of groups with a separate marker; the remaining ones form one group.</summary>
    public const int Max = 48;

    public static MapGroups ByLabel(EmbeddingTable table)
    {
        IReadOnlyList<int> labels = table.RequireLabels();
        KeyValuePair<int, int>[] counts = [.. labels.CountBy(label => label)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key)];
        int[] shown = [.. counts.Take(counts.Length > Max ? Max - 1 : Max).Select(count => count.Key).Order()];
        string[] names = [.. shown.Select(
            label => table.ClassNames?[label] ?? label.ToString(CultureInfo.InvariantCulture))];
        return shown.Length == counts.Length
            ? new MapGroups("label", names, [.. labels.Select(label => Array.BinarySearch(shown, label))])
            : new MapGroups(
                "label", [.. names, $"{counts.Length - shown.Length} others"], [.. labels.Select(
                    label => Math.Max(-1, Array.BinarySearch(shown, label)) is var at && at < 0 ? shown.Length : at)]);
    }

    public static MapGroups ByCluster(Clustering clusters)
    {
        int shown = clusters.K > Max ? Max - 1 : clusters.K;
        IEnumerable<string> names = Enumerable.Range(0, shown).Select(cluster => $"cluster {cluster}");
        return new MapGroups(
            "cluster",
            shown == clusters.K ? [.. names] : [.. names, $"{clusters.K - shown} others"],
            [.. clusters.Assignments.Select(cluster => Math.Min(cluster, shown))]);
    }
}
