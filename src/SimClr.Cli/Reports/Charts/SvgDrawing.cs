using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>Writes a <see cref="Drawing"/> as SVG, without scripts, fonts or anything else from outside.</summary>
internal sealed class SvgDrawing
{
    private const string Fonts = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif";

    private readonly StringBuilder svg = new();
    private readonly bool inPage;
    private readonly string prefix;

    private SvgDrawing(bool inPage, string prefix)
    {
        this.inPage = inPage;
        this.prefix = prefix;
    }

    /// <summary>Returns an element of a page; its colors are the variables of the page.</summary>
    /// <param name="drawing">The drawing.</param>
    /// <param name="number">The number of the drawing on the page, which makes its names unique.</param>
    public static string ForPage(Drawing drawing, int number)
        => new SvgDrawing(inPage: true, string.Create(CultureInfo.InvariantCulture, $"drawing-{number}-"))
            .Write(drawing, data: "");

    /// <summary>Returns a file of its own: on white, with its data.</summary>
    /// <param name="drawing">The drawing.</param>
    /// <param name="data">The data as CSV, written into the element <c>metadata</c>; empty for none.</param>
    public static string ForFile(Drawing drawing, string data)
        => new SvgDrawing(inPage: false, "").Write(drawing, data);

    private string Write(Drawing drawing, string data)
    {
        string size = $"viewBox=\"0 0 {Number(drawing.Width)} {Number(drawing.Height)}\" "
            + $"width=\"{Number(drawing.Width)}\" height=\"{Number(drawing.Height)}\"";
        string space = inPage ? "" : " xmlns=\"http://www.w3.org/2000/svg\"";
        string fonts = inPage ? "" : $" font-family=\"{Fonts}\"";
        svg.Append($"<svg{space} {size} role=\"img\" aria-label=\"{Escape(drawing.Description)}\"{fonts}>");
        if (data.Length > 0)
        {
            svg.Append($"<metadata>\n{Escape(data)}</metadata>");
        }

        if (drawing.Marks.Any(mark => mark is BoxMark { Hatched: true }))
        {
            svg.Append(
                $"<defs><pattern id=\"{prefix}hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                    + $"patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" "
                    + $"style=\"stroke:{ColorOf(ChartColor.Faint)};stroke-width:1.2\"/></pattern></defs>");
        }

        if (!inPage)
        {
            svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        }

        foreach (Mark mark in drawing.Marks)
        {
            Append(mark);
        }

        return svg.Append("</svg>").ToString();
    }

    private void Append(Mark mark)
    {
        string opacity = mark.Opacity < 1 ? $";opacity:{Number(mark.Opacity)}" : "";
        switch (mark)
        {
            case LineMark line:
                string dash = line.Dashed ? ";stroke-dasharray:5 4" : "";
                Element(
                    "polyline",
                    $"points=\"{Points(line.Places)}\" style=\"fill:none;stroke:{ColorOf(line.Color)};"
                        + $"stroke-width:{Number(line.Width)};stroke-linejoin:round{dash}{opacity}\"",
                    mark.Hint);
                break;
            case AreaMark area:
                Element(
                    "polygon",
                    $"points=\"{Points(area.Places)}\" style=\"fill:{ColorOf(area.Color)}{opacity}\"",
                    mark.Hint);
                break;
            case BoxMark box:
                string fill = box.Hatched ? $"url(#{prefix}hatch)" : ColorOf(box.Color);
                Element(
                    "rect",
                    $"x=\"{Number(box.X)}\" y=\"{Number(box.Y)}\" width=\"{Number(box.Width)}\" "
                        + $"height=\"{Number(box.Height)}\" style=\"fill:{fill}{opacity}\"",
                    mark.Hint);
                break;
            case DotMark dot:
                string edge = dot.Opacity < 1 ? opacity : $";stroke:{ColorOf(ChartColor.Page)};stroke-width:1";
                string style = $"style=\"fill:{ColorOf(dot.Color)}{edge}\"";
                if (dot.Corners() is { } corners)
                {
                    Element("polygon", $"points=\"{Points(corners)}\" {style}", mark.Hint);
                }
                else
                {
                    Element(
                        "circle",
                        $"cx=\"{Number(dot.Place.X)}\" cy=\"{Number(dot.Place.Y)}\" r=\"{Number(dot.Radius)}\" {style}",
                        mark.Hint);
                }

                break;
            case TextMark text:
                Append(text, opacity);
                break;
            default:
                throw new ArgumentException($"a drawing cannot show {mark.GetType().Name}", nameof(mark));
        }
    }

    private void Append(TextMark text, string opacity)
    {
        string x = Number(text.Place.X);
        string y = Number(text.Place.Y);
        string turn = text.Degrees == 0 ? "" : $" transform=\"rotate({Number(text.Degrees)} {x} {y})\"";
        string weight = text.Bold ? " font-weight=\"600\"" : "";
        string edge = text.Outlined
            ? $";stroke:{ColorOf(ChartColor.Page)};stroke-width:3;stroke-linejoin:round;paint-order:stroke"
            : "";
        string anchor = text.Anchor switch { TextAnchor.Middle => "middle", TextAnchor.End => "end", _ => "start" };
        svg.Append(
            $"<text x=\"{x}\" y=\"{y}\" font-size=\"{Number(text.Size)}\" text-anchor=\"{anchor}\"{weight}{turn} "
                + $"style=\"fill:{ColorOf(text.Color)}{edge}{opacity}\">{Escape(text.Text)}");
        svg.Append(text.Hint.Length > 0 ? $"<title>{Escape(text.Hint)}</title></text>" : "</text>");
    }

    private void Element(string name, string attributes, string hint)
        => svg.Append(hint.Length > 0
            ? $"<{name} {attributes}><title>{Escape(hint)}</title></{name}>"
            : $"<{name} {attributes}/>");

    private string ColorOf(ChartColor color) => inPage ? $"var({color.Variable})" : color.Light;

    private static string Points(IEnumerable<Place> places)
        => string.Join(' ', places.Select(place => $"{Number(place.X)},{Number(place.Y)}"));

    private static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    /// <summary>Escapes text; control characters, which XML does not allow, become spaces.</summary>
    private static string Escape(string text) => HtmlText.Escape(
        string.Concat(text.Select(letter => letter < ' ' && letter is not ('\n' or '\t') ? ' ' : letter)));
}
