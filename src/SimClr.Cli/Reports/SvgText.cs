using System.Globalization;
using System.Xml.Linq;

namespace SimClr.Cli.Reports;

/// <summary>Makes a plot's SVG fit for a page: it scales with its place, has a name, and asks for no particular font.</summary>
internal static class SvgText
{
    private const string Fonts = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif";
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>A file of its own.</summary>
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
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>A part of a page: HTML needs no namespaces, and what parts of two drawings are called must differ.</summary>
    /// <param name="svg">The drawing.</param>
    /// <param name="number">Its number on the page.</param>
    public static string Inline(string svg, int number)
    {
        XElement root = XDocument.Parse(svg).Root!;
        foreach (XElement element in root.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
            element.ReplaceAttributes(element.Attributes()
                .Where(attribute => !attribute.IsNamespaceDeclaration)
                .Select(attribute => new XAttribute(attribute.Name.LocalName, Renamed(attribute, number))));
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static string Renamed(XAttribute attribute, int number)
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
