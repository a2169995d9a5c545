using System.Globalization;
using System.Xml.Linq;

namespace SimClr.Cli.Reports;

/// <summary>
/// Prepares the SVG of a plot for a page: scalable, with a description, and independent of a particular font.
/// </summary>
internal static class SvgText
{
    private const string Fonts = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif";
    private const double TypicalGlyphWidth = 0.63;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Returns the SVG as a standalone file.</summary>
    public static string Clean(string xml, string description)
    {
        XElement root = XDocument.Parse(xml).Root!;
        root.SetAttributeValue("viewBox", $"0 0 {root.Attribute("width")!.Value} {root.Attribute("height")!.Value}");
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-label", description);
        root.SetAttributeValue("style", "max-width:100%;height:auto");
        foreach (XElement text in root.Descendants(Svg + "text"))
        {
            text.SetAttributeValue("font-family", Fonts);
            Anchor(text);
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>
    /// Returns the SVG as part of a page: without namespaces, which HTML does not need, and with IDs that differ
    /// between drawings.
    /// </summary>
    /// <param name="svg">The drawing.</param>
    /// <param name="number">The number of the drawing on the page.</param>
    public static string Inline(string svg, int number)
    {
        XElement root = XDocument.Parse(svg).Root!;
        foreach (XElement element in root.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
            element.ReplaceAttributes(element.Attributes()
                .Where(attribute => !attribute.IsNamespaceDeclaration)
                .Select(attribute => new XAttribute(attribute.Name.LocalName, RenameReference(attribute, number))));
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>
    /// Sets text as a whole, anchored at the end or middle that lies at 0. The plot positions each letter by the
    /// widths of its own font, and the reader's font may differ.
    /// </summary>
    private static void Anchor(XElement text)
    {
        double[] lefts = Numbers(text, "x");
        double letter = lefts.Length > 1
            ? (lefts[^1] - lefts[0]) / (lefts.Length - 1)
            : TypicalGlyphWidth * double.Parse(text.Attribute("font-size")!.Value, CultureInfo.InvariantCulture);
        double width = letter * lefts.Length;
        (string Anchor, double Offset)[] choices =
            [("start", lefts[0]), ("middle", lefts[0] + (width / 2)), ("end", lefts[0] + width)];
        text.SetAttributeValue("x", "0");
        text.SetAttributeValue("y", Numbers(text, "y")[0].ToString(CultureInfo.InvariantCulture));
        text.SetAttributeValue("text-anchor", choices.MinBy(choice => Math.Abs(choice.Offset)).Anchor);
        text.Value = text.Value.Trim();
    }

    private static double[] Numbers(XElement element, string attribute)
        => [.. element.Attribute(attribute)!.Value
            .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    private static string RenameReference(XAttribute attribute, int number)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"drawing-{number}-");
        return attribute.Name.LocalName switch
        {
            "id" => prefix + attribute.Value,
            "href" when attribute.Value.StartsWith('#') => $"#{prefix}{attribute.Value[1..]}",
            _ => attribute.Value.Replace("url(#", $"url(#{prefix}", StringComparison.Ordinal),
        };
    }
}
