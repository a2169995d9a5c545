using System.Globalization;
using System.Text;

namespace SimClr.Cli.Reports;

/// <summary>
/// Writes the controls over galleries whose pictures have checkboxes: a button that copies the paths of the selected
/// pictures, and a slider that hides the less similar ones.
/// </summary>
internal static class HtmlSelection
{
    public static void Append(StringBuilder html, ReportSelection selection)
    {
        html.Append(
            "<p class=\"labeling\"><button type=\"button\" id=\"copy\">Copy the list</button> <span "
                + "id=\"count\"></span>");
        if (selection.MinSimilarity is { } min)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $" <label>cosine at least <span id=\"shown\">{min:0.0000}</span> <input type=\"range\" "
                    + $"id=\"similarity\" min=\"{min}\" max=\"1\" step=\"{Math.Max(1e-6, (1 - min) / 200)}\" "
                    + $"value=\"{min}\"></label>");
        }

        html.Append(
            CultureInfo.InvariantCulture,
            $"</p>\n<textarea id=\"list\" rows=\"6\" aria-label=\"selected paths\" readonly hidden></textarea>\n"
                + $"<script>\n{PageAsset.SelectionScript}\n</script>\n");
    }

    /// <summary>Returns the checkbox below a picture; empty for a picture that cannot be selected.</summary>
    public static string Checkbox(GalleryImage image)
    {
        if (image.Choice is not { } choice)
        {
            return "";
        }

        string path = HtmlText.Escape(image.Path);
        string similarity = choice.Similarity is { } value
            ? string.Create(CultureInfo.InvariantCulture, $" data-similarity=\"{value}\"")
            : "";
        return $"<label><input type=\"checkbox\" data-path=\"{path}\"{similarity}"
            + $"{(choice.IsSelected ? " checked" : "")}> copy</label>";
    }
}
