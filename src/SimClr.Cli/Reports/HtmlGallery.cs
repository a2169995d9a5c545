using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>Small pictures side by side, each with a few words: as many in a row as the window is wide.</summary>
/// <param name="Items">The pictures.</param>
internal sealed record ReportGallery(IReadOnlyList<GalleryItem> Items) : ReportBlock;

/// <summary>A picture of a gallery.</summary>
/// <param name="Png">The picture; null where there is none to show.</param>
/// <param name="Title">The line that counts.</param>
/// <param name="Lines">Further lines.</param>
internal sealed record GalleryItem(byte[]? Png, string Title, params IReadOnlyList<string> Lines);

/// <summary>Writes galleries.</summary>
internal static class HtmlGallery
{
    public const string Css = """
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); gap: 24px 20px; margin: 20px 0 0; padding: 0; list-style: none; }
        .gallery .frame { display: flex; align-items: center; justify-content: center; height: 176px; background: #ffffff; border: 1px solid var(--line); border-radius: 8px; color: #5b6773; font-size: 0.86rem; }
        .gallery img { display: block; max-width: 160px; max-height: 160px; }
        .gallery p { margin: 6px 0 0; font-size: 0.86rem; line-height: 1.4; color: var(--faint); overflow-wrap: anywhere; }
        .gallery p.title { font-weight: 600; color: var(--text); font-variant-numeric: tabular-nums; }
        .gallery p + p { margin-top: 0; }
        """;

    public static void Append(StringBuilder html, ReportGallery gallery)
    {
        html.Append("<ul class=\"gallery\">\n");
        foreach (GalleryItem item in gallery.Items)
        {
            string picture = item.Png is null
                ? "no picture"
                : $"<img alt=\"{HtmlText.Escape(string.Join(", ", item.Lines.Prepend(item.Title)))}\" src=\"data:image/png;base64,{Convert.ToBase64String(item.Png)}\">";
            html.Append(CultureInfo.InvariantCulture, $"<li><div class=\"frame\">{picture}</div><p class=\"title\">{HtmlText.Escape(item.Title)}</p>");
            foreach (string line in item.Lines)
            {
                html.Append(CultureInfo.InvariantCulture, $"<p>{HtmlText.Escape(line)}</p>");
            }

            html.Append("</li>\n");
        }

        html.Append("</ul>\n");
    }
}
