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
        GalleryItem asked = new(FileThumbnail.Of(query), Path.GetFileName(query), query);
        GalleryItem[] found = [.. hits.Select((hit, i) => Item(hit, i + 1))];
        return new ReportPage(
            $"Images like {Path.GetFileName(query)}",
            summary,
            [
                new ReportSection("Looked for", new ReportGallery([asked])),
                new ReportSection($"Found in {Path.GetFileName(index)}", found.Length > 0 ? new ReportGallery(found) : new ReportParagraph("Nothing.")),
            ]);
    }

    private static GalleryItem Item(SearchHit hit, int rank)
    {
        string[] lines =
        [
            .. hit.Label is null ? (string[])[] : [hit.Label],
            hit.Path,
            .. hit is { Width: { } width, Height: { } height } ? (string[])[string.Create(CultureInfo.InvariantCulture, $"{width} × {height}")] : [],
        ];
        return new GalleryItem(FileThumbnail.Of(hit.Path), string.Create(CultureInfo.InvariantCulture, $"{rank}. {hit.Similarity:F4}"), lines);
    }
}
