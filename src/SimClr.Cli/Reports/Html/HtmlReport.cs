using System.Globalization;
using System.Text;
using SimClr.Internals;

namespace SimClr.Cli.Reports;

/// <summary>Writes a page as one self-contained HTML file with its pictures, drawings and style.</summary>
internal static class HtmlReport
{
    /// <summary>The beginning of every page, by which pages are recognized.</summary>
    public const string Beginning = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<meta name=\"color-scheme\" content=\"light dark\">\n";

    /// <summary>Writes the page, completely or not at all.</summary>
    public static void Write(string path, ReportPage page) => AtomicFile.WriteText(path, Html(page));

    /// <summary>Returns the page as HTML.</summary>
    public static string Html(ReportPage page)
    {
        var html = new StringBuilder();
        html.Append(Beginning)
            .Append(
                CultureInfo.InvariantCulture,
                $"<title>{HtmlText.Escape(page.Title)}</title>\n<style>\n{PageAsset.PageStyle}\n</style>\n"
                    + $"</head>\n<body>\n<main>\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"<header>\n<h1>{HtmlText.Escape(page.Title)}</h1>\n"
                    + $"<p class=\"summary\">{HtmlText.Escape(page.Summary)}</p>\n</header>\n");
        int drawings = 0;
        foreach (ReportSection section in page.Sections)
        {
            html.Append(CultureInfo.InvariantCulture, $"<section>\n<h2>{HtmlText.Escape(section.Heading)}</h2>\n");
            foreach (ReportBlock block in section.Blocks)
            {
                Append(html, block, block is ReportDrawing ? ++drawings : drawings);
            }

            html.Append("</section>\n");
        }

        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, ReportBlock block, int drawing)
    {
        switch (block)
        {
            case ReportParagraph paragraph:
                html.Append(CultureInfo.InvariantCulture, $"<p>{HtmlText.Escape(paragraph.Text)}</p>\n");
                break;
            case ReportTable table:
                HtmlTable.Append(html, table);
                break;
            case ReportPicture picture:
                Append(html, picture);
                break;
            case ReportDrawing plot:
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<figure class=\"drawing\">\n<div class=\"paper\">{SvgText.Inline(plot.Svg, drawing)}</div>\n"
                        + $"<figcaption>{HtmlText.Escape(plot.Caption)}</figcaption>\n</figure>\n");
                break;
            case ReportGallery gallery:
                HtmlGallery.Append(html, gallery);
                break;
            case ReportLabeling labeling:
                HtmlLabeling.Append(html, labeling);
                break;
            case ReportReproduction reproduction:
                Append(html, reproduction);
                break;
            default:
                throw new ArgumentException($"a page cannot show {block.GetType().Name}", nameof(block));
        }
    }

    private static void Append(StringBuilder html, ReportPicture picture)
    {
        (int width, int height) = Png.SizeOf(picture.Png);
        html.Append(
            CultureInfo.InvariantCulture,
            $"<figure style=\"--width:{width / picture.Scale}px\">\n"
                + $"<div class=\"paper\"><img width=\"{width / picture.Scale}\" height=\"{height / picture.Scale}\" "
                + $"alt=\"{HtmlText.Escape(picture.Alternative)}\" "
                + $"src=\"data:image/png;base64,{Convert.ToBase64String(picture.Png)}\"></div>\n"
                + $"<figcaption>{HtmlText.Escape(picture.Caption)}</figcaption>\n</figure>\n");
    }

    private static void Append(StringBuilder html, ReportReproduction reproduction)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<pre class=\"command\"><code>{HtmlText.Escape(reproduction.CommandLine)}</code></pre>\n<dl>\n");
        foreach ((string name, string value) in new[]
        {
            ("Seed", reproduction.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Version", reproduction.Version),
            ("Machine", reproduction.Machine),
            ("Time", HtmlText.Duration(reproduction.Seconds)),
        })
        {
            html.Append(CultureInfo.InvariantCulture, $"<div><dt>{name}</dt><dd>{HtmlText.Escape(value)}</dd></div>\n");
        }

        html.Append(
            CultureInfo.InvariantCulture,
            $"</dl>\n<details>\n<summary>Full configuration</summary>\n"
                + $"<pre><code>{HtmlText.Escape(reproduction.Configuration.TrimEnd())}</code></pre>\n</details>\n");
    }
}
