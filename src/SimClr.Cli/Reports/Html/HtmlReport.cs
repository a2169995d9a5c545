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
                $"<title>{HtmlText.Escape(page.Title)}</title>\n<style>\n{PageAsset.PageStyle}\n"
                    + $"{ChartColor.StyleSheet}\n</style>\n"
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
                Append(html, block, ref drawings);
            }

            html.Append("</section>\n");
        }

        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, ReportBlock block, ref int drawings)
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
            case ReportCharts charts:
                Append(html, charts, ref drawings);
                break;
            case ReportGrid grid:
                HtmlTable.Append(html, grid);
                break;
            case ReportFacts facts:
                AppendFacts(html, facts.Facts);
                break;
            case ReportClaims claims:
                Append(html, claims);
                break;
            case ReportLines lines:
                Append(html, lines);
                break;
            case ReportGallery gallery:
                HtmlGallery.Append(html, gallery);
                break;
            case ReportSelection selection:
                HtmlSelection.Append(html, selection);
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

    private static void Append(StringBuilder html, ReportCharts block, ref int drawings)
    {
        html.Append(
            CultureInfo.InvariantCulture, $"<figure class=\"charts{(block.AreSmall ? " small" : "")}\">\n<div>\n");
        foreach (Chart chart in block.Charts)
        {
            html.Append(SvgDrawing.ForPage(chart.Draw(block.Colors), ++drawings)).Append('\n');
        }

        html.Append("</div>\n");
        if (block.Caption.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<figcaption>{HtmlText.Escape(block.Caption)}</figcaption>\n");
        }

        html.Append("</figure>\n");
    }

    private static void Append(StringBuilder html, ReportClaims block)
    {
        html.Append("<ul class=\"claims\">\n");
        foreach (ReportClaim claim in block.Claims)
        {
            (string name, string mark, string words) = claim.Holds switch
            {
                true => ("holds", "✓", "holds"),
                false => ("fails", "✗", "does not hold"),
                null => ("open", "?", "not judged"),
            };
            html.Append(
                CultureInfo.InvariantCulture,
                $"<li class=\"{name}\"><span class=\"mark\" role=\"img\" aria-label=\"{words}\">{mark}</span><div>"
                    + $"{HtmlText.Escape(claim.Text)}<span class=\"numbers\">{HtmlText.Escape(claim.Numbers)}</span>"
                    + $"</div></li>\n");
        }

        html.Append("</ul>\n");
    }

    private static void Append(StringBuilder html, ReportLines block)
    {
        string kind = block.AreCommands ? " class=\"command\"" : "";
        html.Append(CultureInfo.InvariantCulture, $"<pre{kind}>")
            .AppendJoin(
                block.AreCommands ? "" : "\n", block.Lines.Select(line => $"<code>{HtmlText.Escape(line)}</code>"))
            .Append("</pre>\n");
    }

    private static void AppendFacts(StringBuilder html, IEnumerable<(string Name, string Value)> facts)
    {
        html.Append("<dl>\n");
        foreach ((string name, string value) in facts)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<div><dt>{HtmlText.Escape(name)}</dt><dd>{HtmlText.Escape(value)}</dd></div>\n");
        }

        html.Append("</dl>\n");
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
            $"<pre class=\"command\"><code>{HtmlText.Escape(reproduction.CommandLine)}</code></pre>\n");
        AppendFacts(
            html,
            [
                ("Seed", reproduction.Seed.ToString(CultureInfo.InvariantCulture)),
                ("Version", reproduction.Version),
                ("Machine", reproduction.Machine),
                ("Time", reproduction.Seconds is { } seconds ? HtmlText.Duration(seconds) : "not logged"),
            ]);
        html.Append(
            CultureInfo.InvariantCulture,
            $"<details>\n<summary>Full configuration</summary>\n"
                + $"<pre><code>{HtmlText.Escape(reproduction.Configuration.TrimEnd())}</code></pre>\n</details>\n");
    }
}
