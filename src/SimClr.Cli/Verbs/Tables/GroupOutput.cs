using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The output of a verb that finds groups of images: the files of <c>--csv</c> and <c>--html</c>, if specified, and the
/// printed result.
/// </summary>
internal sealed class GroupOutput(OutputFile? csv, OutputFile? html)
{
    /// <summary>Returns the files named by the options, checked before any computation.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="csv">The option for the rows.</param>
    /// <param name="html">The option for the page.</param>
    public static GroupOutput Open(CommandContext context, OutputOption csv, OutputOption html)
        => new(context.File(csv), context.File(html));

    /// <summary>Writes the files and prints the result.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="images">The images of the rows.</param>
    /// <param name="skipped">The number of images that could not be read.</param>
    /// <param name="found">The groups.</param>
    /// <param name="act">An action between writing the files and printing the result; null for none.</param>
    public void Write(
        CommandContext context, RowImages images, int skipped, IGroupList found, Action? act = null)
    {
        if (csv is not null)
        {
            CsvText.Write(csv, found.CsvHeader, found.CsvRows());
        }

        if (html is not null)
        {
            html.Write(Encoding.UTF8.GetBytes(HtmlReport.Html(found.Page(images))));
            images.WriteNote(context);
        }

        act?.Invoke();
        JsonObject json = found.Json();
        json["skipped_images"] = skipped;
        json["csv"] = csv?.Path;
        json["html"] = html?.Path;
        context.Result(json, found.Lines());
    }
}
