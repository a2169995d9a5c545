using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Reports;

/// <summary>Writes a map as one self-contained page, with zoom and with the pictures of the points.</summary>
internal static class MapPage
{
    private const int Steps = 10_000;   // coordinates are written as integers from 0 to this value

    public static string Html(MapContent content, MapSheets sheets)
    {
        var html = new StringBuilder();
        html.Append(HtmlReport.Beginning)
            .Append(
                CultureInfo.InvariantCulture,
                $"<title>Map of images</title>\n<style>\n{PageAsset.PageStyle}\n{PageAsset.MapStyle}\n</style>\n"
                    + $"</head>\n<body>\n<main>\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"<header>\n<h1>Map of images</h1>\n<p "
                    + $"class=\"summary\">{HtmlText.Escape(content.Summary)}</p>\n</header>\n")
            .Append(
                "<div class=\"tools\"><label><input type=\"checkbox\" id=\"pictures\"> Show pictures</label><button "
                    + "type=\"button\" id=\"reset\">Reset view</button><span>Scroll to zoom, drag to pan, hover over a "
                    + "dot to see its image, click a name to hide its group.</span></div>\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"<div class=\"map\">{Canvas("map", content)}"
                    + $"{(content.Beside is { } beside ? Canvas("beside", beside) : "")}<ul id=\"legend\">\n");
        for (int group = 0; group < content.Names.Count; group++)
        {
            int images = content.Groups.Count(number => number == group);
            html.Append(
                CultureInfo.InvariantCulture,
                $"<li><button type=\"button\" aria-pressed=\"true\">{Marker(group)}<span>"
                    + $"{HtmlText.Escape(content.Names[group])}</span><em>{images}</em></button></li>\n");
        }

        html.Append(
            "</ul></div>\n<div id=\"tip\" hidden><i></i><b></b><span></span></div>\n"
                + "<noscript><p>This map needs JavaScript, which this browser has disabled.</p></noscript>\n");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<script type=\"application/json\" id=\"data\">{Data(content, sheets).ToJsonString()}</script>\n");
        return html.Append(
            CultureInfo.InvariantCulture,
            $"<script>\n{PageAsset.MapScript}\n</script>\n</main>\n</body>\n</html>\n").ToString();
    }

    private static string Canvas(string id, MapContent content)
    {
        string canvas = $"<canvas id=\"{id}\" role=\"img\" aria-label=\"{HtmlText.Escape(content.Summary)}\"></canvas>";
        return content.Caption is { } caption
            ? $"<figure><figcaption>{HtmlText.Escape(caption)}</figcaption>{canvas}</figure>"
            : canvas;
    }

    private static string Marker(int group)
    {
        using SkiaSharp.SKPath outline = MapMarker.Outline(group, 8, 8, 5);
        return "<svg width=\"16\" height=\"16\" aria-hidden=\"true\"><path "
            + $"fill=\"{MapMarker.Colors[group % MapMarker.Colors.Length]}\" d=\"{outline.ToSvgPathData()}\"/></svg>";
    }

    // System.Text.Json escapes '<', so no path can close the script element.
    private static JsonObject Data(MapContent content, MapSheets sheets)
    {
        (float X, float Y)[] places = content.Scaled();
        var data = new JsonObject
        {
            ["x"] = Numbers(places.Select(place => (int)(place.X * Steps))),
            ["y"] = Numbers(places.Select(place => (int)(place.Y * Steps))),
            ["group"] = Numbers(content.Groups),
            ["paths"] = new JsonArray([.. content.Paths.Select(path => JsonValue.Create(path))]),
            ["names"] = new JsonArray([.. content.Names.Select(name => JsonValue.Create(name))]),
            ["colors"] = new JsonArray([.. MapMarker.Colors.Select(color => JsonValue.Create(color))]),
            ["side"] = sheets.Side,
            ["columns"] = sheets.Columns,
            ["perSheet"] = sheets.PerSheet,
            ["w"] = Numbers(sheets.Sizes.Select(size => size.Width)),
            ["h"] = Numbers(sheets.Sizes.Select(size => size.Height)),
            ["sheets"] = new JsonArray([.. sheets.Jpegs.Select(
                jpeg => JsonValue.Create($"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}"))]),
        };
        if (content.Beside?.Scaled() is { } others)
        {
            data["beside"] = new JsonObject
            {
                ["x"] = Numbers(others.Select(place => (int)(place.X * Steps))),
                ["y"] = Numbers(others.Select(place => (int)(place.Y * Steps))),
            };
        }

        return data;
    }

    private static JsonArray Numbers(IEnumerable<int> values) => [.. values.Select(value => JsonValue.Create(value))];
}
