using System.Globalization;

namespace SimClr.Cli.Reports;

/// <summary>An image found by a search.</summary>
/// <param name="Path">The path of the image.</param>
/// <param name="Similarity">The cosine similarity, −1 … 1.</param>
/// <param name="Width">The width in pixels; null if unknown.</param>
/// <param name="Height">The height in pixels; null if unknown.</param>
/// <param name="Label">The class name, or null.</param>
internal sealed record SearchHit(string Path, double Similarity, int? Width, int? Height, string? Label);

/// <summary>The page of search results.</summary>
internal static class SearchPage
{
    public static ReportPage Create(string index, string query, string summary, IReadOnlyList<SearchHit> hits)
    {
        var gallery = new ReportGallery(
            "", "", [Item(query, "Query", marked: true), .. hits.Select((hit, i) => HitImage(hit, i + 1))]);
        return new ReportPage(
            $"Images similar to {Path.GetFileName(query)}",
            summary,
            [
                new ReportSection(
                    $"Results from {Path.GetFileName(index)}",
                    hits.Count > 0 ? [gallery]
                        : [gallery, new ReportParagraph("No results: the index contains no other image.")]),
            ]);
    }

    private static GalleryImage HitImage(SearchHit hit, int rank)
    {
        string label = hit.Label is null ? "" : $", {hit.Label}";
        return Item(
            hit.Path,
            string.Create(CultureInfo.InvariantCulture, $"{rank}: cosine {hit.Similarity:0.000}{label}"),
            marked: false);
    }

    private static GalleryImage Item(string path, string caption, bool marked)
        => new(FileThumbnail.TryCreate(path), path, caption, marked, File.Exists(path) ? path : null);
}
