using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Reports;

/// <summary>
/// Writes pictures with a label field below each, and a button that saves all labels for the next <c>--labels</c>.
/// </summary>
internal static class HtmlLabeling
{
    public static void Append(StringBuilder html, ReportLabeling labeling)
    {
        html.Append(
            "<p class=\"labeling\"><button type=\"button\" id=\"save\">Save labels.csv</button> <span "
                + "id=\"progress\"></span></p>\n<datalist id=\"classes\">");
        foreach (string name in labeling.Classes)
        {
            html.Append(CultureInfo.InvariantCulture, $"<option value=\"{HtmlText.Escape(name)}\"></option>");
        }

        html.Append("</datalist>\n");
        HtmlGallery.Append(html, labeling.Images, image =>
        {
            string path = HtmlText.Escape(image.Path);
            return "<input list=\"classes\" autocomplete=\"off\" placeholder=\"label\" aria-label=\"label of "
                + $"{path}\" data-path=\"{path}\">";
        });

        // System.Text.Json escapes '<', so no label can close the script element.
        var before = new JsonArray([.. labeling.Before.Select(row => new JsonArray(row.Path, row.Label))]);
        html.Append(
            CultureInfo.InvariantCulture,
            $"<script type=\"application/json\" "
                + $"id=\"before\">{before.ToJsonString(JsonSerializerOptions.Default)}</script>\n<script>\n"
                + $"{PageAsset.LabelingScript}\n</script>\n");
    }
}
