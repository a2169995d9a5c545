using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>Writes thumbnails with their names; each links to its file.</summary>
internal static class HtmlGallery
{
    public static void Append(StringBuilder html, ReportGallery gallery)
    {
        if (gallery.Heading.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h3>{HtmlText.Escape(gallery.Heading)}</h3>\n");
        }

        if (gallery.Note.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{HtmlText.Escape(gallery.Note)}</p>\n");
        }

        Append(html, gallery.Images, HtmlSelection.Checkbox);
    }

    /// <summary>Appends the thumbnails alone.</summary>
    /// <param name="html">The page.</param>
    /// <param name="images">The thumbnails.</param>
    /// <param name="below">The HTML below each thumbnail.</param>
    public static void Append(StringBuilder html, IReadOnlyList<GalleryImage> images, Func<GalleryImage, string> below)
    {
        int common = CommonFolder([.. images.Select(image => image.Path)]);
        html.Append("<ul class=\"gallery\">\n");
        foreach (GalleryImage image in images)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<li{(image.Marked ? " class=\"marked\"" : "")}>{Link(image)}<span>"
                    + $"{HtmlText.Escape(image.Caption)}</span><span class=\"path\" title=\""
                    + $"{HtmlText.Escape(image.Path)}\">{Broken(image.Path[common..])}</span>{below(image)}</li>\n");
        }

        html.Append("</ul>\n");
    }

    /// <summary>Lets long names break after underscores.</summary>
    private static string Broken(string name) => HtmlText.Escape(name).Replace("_", "_<wbr>", StringComparison.Ordinal);

    /// <summary>Returns the length of the folder prefix that all paths share.</summary>
    private static int CommonFolder(IReadOnlyList<string> paths)
    {
        int common = paths.Count == 0 ? 0 : paths.Min(path => path.LastIndexOfAny(['/', '\\']) + 1);
        while (common > 0 && !paths.All(path => path.AsSpan(0, common).SequenceEqual(paths[0].AsSpan(0, common))
            && path[common - 1] is '/' or '\\'))
        {
            common--;
        }

        return common;
    }

    private static string Link(GalleryImage image)
        => image.File is { } file
            ? $"<a href=\"{HtmlText.Escape(new Uri(Path.GetFullPath(file)).AbsoluteUri)}\">{Picture(image)}</a>"
            : Picture(image);

    private static string Picture(GalleryImage image) => image.Tile is { } tile
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"<div class=\"frame\"><img width=\"{tile.Width}\" height=\"{tile.Height}\" "
                + $"alt=\"{HtmlText.Escape(image.Path)}\" loading=\"lazy\" "
                + $"src=\"data:image/jpeg;base64,{Convert.ToBase64String(tile.Jpeg)}\"></div>")
        : "<div class=\"frame missing\">not found</div>";
}
