using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>Writes a row of small pictures with their names.</summary>
internal static class HtmlGallery
{
    public static void Append(StringBuilder html, ReportGallery gallery)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h3>{HtmlText.Escape(gallery.Heading)}</h3>\n");
        if (gallery.Note.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{HtmlText.Escape(gallery.Note)}</p>\n");
        }

        html.Append("<ul class=\"gallery\">\n");
        foreach (GalleryImage image in gallery.Images)
        {
            html.Append(CultureInfo.InvariantCulture, $"<li{(image.Marked ? " class=\"marked\"" : "")}>{Picture(image)}<span>{HtmlText.Escape(image.Caption)}</span><span class=\"path\" title=\"{HtmlText.Escape(image.Path)}\">{HtmlText.Escape(Path.GetFileName(image.Path))}</span></li>\n");
        }

        html.Append("</ul>\n");
    }

    private static string Picture(GalleryImage image) => image.Tile is { } tile
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"<div class=\"frame\"><img width=\"{tile.Width}\" height=\"{tile.Height}\" alt=\"{HtmlText.Escape(image.Path)}\" loading=\"lazy\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(tile.Jpeg)}\"></div>")
        : "<div class=\"frame missing\">not found</div>";
}
