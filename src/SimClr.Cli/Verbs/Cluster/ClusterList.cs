using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using SimClr.Cli.Reports;
using SimClr.Clusters;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>Clusters as text, JSON, CSV and an HTML page.</summary>
internal sealed class ClusterList : IGroupList
{
    private const int MaxRepresentatives = 18;
    private const int NamedCounts = 5;
    private const int NamedRepresentatives = 5;

    private readonly EmbeddingTable table;
    private readonly Clustering clusters;
    private readonly ClusterCountChoice? choice;
    private readonly float[] cosines;
    private readonly int[][] members;   // rows of each cluster, the most typical first
    private readonly double? silhouette;
    private readonly (double Nmi, double Ari)? agreement;

    public ClusterList(EmbeddingTable table, Clustering clusters, ClusterCountChoice? choice)
    {
        (this.table, this.clusters, this.choice) = (table, clusters, choice);
        EmbeddingTable unit = table.Normalized();
        cosines = [.. Enumerable.Range(0, table.Count).Select(row => TensorPrimitives.Dot(
            unit[row], clusters.Centers.AsSpan(clusters.Assignments[row] * table.Dimension, table.Dimension)))];
        ILookup<int, int> byCluster = Enumerable.Range(0, table.Count).ToLookup(row => clusters.Assignments[row]);
        members = [.. Enumerable.Range(0, clusters.K)
            .Select(cluster => byCluster[cluster].OrderByDescending(row => cosines[row]).ToArray())];
        silhouette = members.Count(rows => rows.Length > 0) > 1 ? Silhouette.Mean(table, clusters.Assignments) : null;
        agreement = table.Labels is { } labels && table.Count > 1
            ? (
                PartitionAgreement.NormalizedMutualInformation(clusters.Assignments, labels),
                PartitionAgreement.AdjustedRandIndex(clusters.Assignments, labels))
            : null;
    }

    private string Summary
    {
        get
        {
            string quality = silhouette is { } value
                ? string.Create(CultureInfo.InvariantCulture, $", silhouette {value:0.000}")
                : "";
            string labels = agreement is { } found
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"; agreement with the labels: NMI {found.Nmi:0.000}, adjusted Rand index {found.Ari:0.000}")
                : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Plural.Format(table.Count, "image")} in {Plural.Format(clusters.K, "cluster")}: mean cosine to the "
                    + $"centers {clusters.MeanCosine:0.000}{quality}{labels}{Chosen}");
        }
    }

    /// <summary>
    /// The method of choosing the number of clusters, and its reliability: overlapping clusters have no right number.
    /// </summary>
    private string Chosen => choice switch
    {
        null => "",
        { IsClear: true } => string.Create(CultureInfo.InvariantCulture, $"; of {choice.Sweep.Count} values of k from "
            + $"2 to {choice.Sweep[^1].K}, {choice.K} has the highest silhouette{Sampled}"),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"; no k stands out (all silhouettes are below {ClusterCount.Clear}{Sampled}): "
                + $"{choice.K} has {Reason}; choose another with --k, such as "
                + $"{string.Join(", ", Others().Select(point => $"{point.K} ({point.Silhouette:0.000})"))}"),
    };

    private string Reason => choice!.K == Best(1)[0].K ? "the highest" : "the highest after a cut into two halves";

    private ClusterCountPoint[] Best(int count)
        => [.. choice!.Sweep.OrderByDescending(point => point.Silhouette).ThenBy(point => point.K).Take(count)];

    private IEnumerable<ClusterCountPoint> Others() => Best(NamedCounts).Where(point => point.K != choice!.K).Take(3);

    private string Sampled => choice!.Rows < table.Count ? $" (on {choice.Rows} images, sampled by seed)" : "";

    public string CsvHeader => "path,cluster,cosine,label";

    public IEnumerable<string> Lines()
    {
        foreach (ClusterCountPoint point in choice is null ? [] : Best(NamedCounts))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"k {point.K,2}  silhouette {point.Silhouette,6:0.000}  mean cosine "
                    + $"{point.MeanCosine:0.000}{(point.K == choice!.K ? "  <" : "")}");
        }

        foreach ((int cluster, int[] rows) in members.Index())
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"cluster {cluster}: {Plural.Format(rows.Length, "image")}{LabelsOf(cluster)}; most typical: "
                    + $"{string.Join(", ", rows.Take(3).Select(row => table.Paths[row]))}");
        }

        yield return Summary;
    }

    public JsonObject Json() => new()
    {
        ["images"] = table.Count,
        ["dimension"] = table.Dimension,
        ["k"] = clusters.K,
        ["mean_cosine"] = clusters.MeanCosine,
        ["silhouette"] = silhouette,
        ["nmi"] = agreement?.Nmi,
        ["ari"] = agreement?.Ari,
        ["sweep_images"] = choice?.Rows,
        ["sweep"] = choice is null ? null : new JsonArray([.. choice.Sweep.Select(point => new JsonObject
        {
            ["k"] = point.K,
            ["silhouette"] = point.Silhouette,
            ["mean_cosine"] = point.MeanCosine,
        })]),
        ["clusters"] = new JsonArray([.. members.Select((rows, cluster) => new JsonObject
        {
            ["cluster"] = cluster,
            ["images"] = rows.Length,
            ["mean_cosine"] = MeanCosine(rows),
            ["labels"] = table.Labels is null ? null : new JsonObject(
                CountsOf(rows).Select(count => KeyValuePair.Create<string, JsonNode?>(NameOf(count.Key), count.Value))),
            ["representatives"] = new JsonArray(
                [.. rows.Take(NamedRepresentatives).Select(row => JsonValue.Create(table.Paths[row]))]),
        })]),
    };

    public IEnumerable<object?[]> CsvRows() => Enumerable.Range(0, table.Count).Select(row => new object?[]
    {
        table.Paths[row],
        clusters.Assignments[row],
        Math.Round(cosines[row], 6),
        table.Labels is { } labels ? NameOf(labels[row]) : null,
    });

    public ReportPage Page(RowImages images)
    {
        var gallery = new Gallery(table.Paths, images);
        int each = Math.Clamp(Gallery.MaxPictures / clusters.K, 1, MaxRepresentatives);
        var blocks = new List<ReportBlock>();
        foreach ((int cluster, int[] rows) in members.Index().Take(Gallery.MaxPictures))
        {
            blocks.Add(new ReportGallery(
                $"Cluster {cluster}: {Plural.Format(rows.Length, "image")}",
                string.Create(CultureInfo.InvariantCulture, $"mean cosine {MeanCosine(rows):0.000}{LabelsOf(cluster)}"),
                [.. rows.Take(each).Select(row => gallery.Picture(row, Gallery.Cosine(cosines[row])))]));
        }

        var sections = new List<ReportSection> { new("Representatives: the images nearest to each center", blocks) };
        if (choice is not null)
        {
            sections.Add(new ReportSection("Number of clusters", Sweep()));
        }

        return new ReportPage("Clusters", $"{Summary}.", sections);
    }

    private ReportTable Sweep() => new(
        $"Computed on {Plural.Format(choice!.Rows, "image")}",
        [
            new(
                "silhouette",
                "How much closer images are to their own cluster than to the next one, by 1 − cosine, from −1 to 1; "
                    + "well-separated clusters reach 0.5 or more.",
                IsShare: false),
            new(
                "mean cosine",
                "Mean cosine of images to their centers; it grows with the number of clusters.",
                IsShare: false),
        ],
        [.. choice.Sweep.Select(
            point => new ReportRow($"{point.K} clusters", [point.Silhouette, point.MeanCosine], point.K == choice.K))]);

    private string LabelsOf(int cluster)
    {
        if (table.Labels is null || members[cluster].Length == 0)
        {
            return "";
        }

        KeyValuePair<int, int>[] counts = CountsOf(members[cluster]);
        string most = string.Join(", ", counts.Take(3).Select(count => string.Create(
            CultureInfo.InvariantCulture,
            $"{TerminalText.EscapeName(NameOf(count.Key))} {(double)count.Value / members[cluster].Length:0%}")));
        return $" ({most}{(counts.Length > 3 ? ", …" : "")})";
    }

    private KeyValuePair<int, int>[] CountsOf(int[] rows)
        => [.. rows.CountBy(row => table.Labels![row])
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key)];

    private double MeanCosine(int[] rows) => rows.Length == 0 ? 0 : rows.Average(row => (double)cosines[row]);

    private string NameOf(int label) => table.ClassNames?[label] ?? label.ToString(CultureInfo.InvariantCulture);
}
