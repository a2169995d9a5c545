using System.Globalization;

namespace SimClr.Cli.Reports;

/// <summary>An image that was found.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Similarity">Cosine, −1 … 1.</param>
/// <param name="Width">In pixels, where known.</param>
/// <param name="Height">In pixels, where known.</param>
/// <param name="Label">The name of its class, or null.</param>
internal sealed record SearchHit(string Path, double Similarity, int? Width, int? Height, string? Label);

/// <summary>The page that shows what a search found.</summary>
internal static class SearchPage
{
    public static ReportPage Create(string index, string query, string summary, IReadOnlyList<SearchHit> hits)
    {
        string name = Path.GetFileName(query);
        ReportGallery asked = new(name, query, [new GalleryImage(FileThumbnail.Of(query), query, "the query", Marked: true)]);
        ReportBlock found = hits.Count > 0
            ? new ReportGallery("Nearest first", "Cosine similarity, and the class where one is known.", [.. hits.Select((hit, i) => Item(hit, i + 1))])
            : new ReportParagraph("Nothing: the index holds no other image.");
        return new ReportPage(
            $"Images like {name}",
            summary,
            [new ReportSection("Looked for", asked), new ReportSection($"Found in {Path.GetFileName(index)}", found)]);
    }

    private static GalleryImage Item(SearchHit hit, int rank)
    {
        string label = hit.Label is null ? "" : $" {hit.Label}";
        return new GalleryImage(
            FileThumbnail.Of(hit.Path), hit.Path, string.Create(CultureInfo.InvariantCulture, $"{rank}. {hit.Similarity:F4}{label}"), Marked: false);
    }
}
