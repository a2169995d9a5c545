using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Checks;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Embeddings;
using SimClr.Labels;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr check IMAGES</c>.</summary>
internal static class CheckCommand
{
    public static Verb Create()
    {
        var source = new Argument<string>("IMAGES") { Description = "Images: a folder, a manifest or a data spec" };
        var embeddings = new Option<string?>("--embeddings")
        {
            Description = "Embeddings of the images, to find outliers and, with labels, wrong labels",
            HelpName = "EMBEDDINGS",
        };
        var labels = new Option<string?>("--labels")
        {
            Description = "Labels to examine (a CSV file with path,label). Default: those of the embeddings.",
            HelpName = "FILE",
        };
        var test = new Option<string?>("--test")
        {
            Description = "Test images, of which none should be among IMAGES",
            HelpName = "DATA",
        };
        Option<long?> minSide = NumberOption.Integer(
            "--min-side", $"Minimum short side in pixels. Default: {new QualityLimits().MinSide}.", 1);
        OutputOption output = new("--out", OutputKinds.Check, "Write all findings: .csv or .json");
        OutputOption html = OutputOptions.Html("check", "Write an HTML page with a gallery of each kind of finding");
        Option<string[]> set = ReadingOption.Create("the defaults");
        var limits = new QualityLimits();
        var verb = new Verb(
            "check",
            "Find what is wrong with images: unreadable, blurred, dark, outlying, mislabeled, or in two sets.",
            "simclr check ./photos --html check.html",
            "simclr check ./photos --embeddings photos.npy --labels labels.csv --out check.csv",
            "simclr check ./labeled/train --test ./labeled/test --json")
        {
            Details =
            [
                "Each finding has a number, and the worst come first. Nothing is moved or changed. Findings are not",
                "errors: the exit code is 0 if the check ran, and 3 if no image can be read.",
                "",
                "Blurred: the variance of the Laplacian is small beside that of the image, both at a short side of",
                Text($"256 pixels at most (below {limits.MinSharpness}). Dark and bright: mean brightness below ")
                    + Text($"{limits.MinBrightness} or above"),
                Text($"{limits.MaxBrightness} of 255. Blank: standard deviation below {limits.MinContrast}. ")
                    + "Outliers: the distance to the nearest images has",
                Text($"a robust z-score above {Outliers.MaxScore}. Wrong labels: confident learning (Northcutt et al. ")
                    + "2021) with",
                "cross-validated probabilities. Leaks: the same bytes, or nearly the same perceptual hash.",
            ],
        };
        foreach (Option option in new Option[] { embeddings, labels, test, minSide, output, html, set })
        {
            verb.Add(option);
        }

        verb.Add(source);
        return verb.Handle(context =>
        {
            if (context.Value(labels) is not null && context.Value(embeddings) is null)
            {
                throw new ConfigurationException(
                    "--labels: wrong labels are found with the embeddings of the images; give them with --embeddings");
            }

            ComputeEnvironment.LimitThreads(context.Threads ?? 0);
            DataOptions reading = EncoderInput.ReadingOf(null, context.Value(set));
            var chosen = new QualityLimits { MinSide = (int)(context.Value(minSide) ?? limits.MinSide) };
            using ImageDataSet images = context.OpenImages(context.Value(source), reading);
            using ImageDataSet? testImages = context.Value(test) is { } other
                ? context.OpenImages(other, reading)
                : null;
            EmbeddingTable? table = context.Value(embeddings) is { } file
                ? EmbeddingsInputs.Read(file, context.WriteNote)
                : null;
            KnownLabels? known = table is null ? null : LabelsOf(table, context.Value(labels));
            var search = new CheckSearch(context, images, reading, chosen);
            List<CheckedList> lists = [.. search.InPixels()];
            if (table is not null)
            {
                lists.Add(Display.Show(context, _ => search.OutliersIn(table, context.Cancel)));
            }

            if (table is not null && known is not null)
            {
                lists.Add(search.WrongLabelsIn(table, known, context.Seed ?? 0, context.Cancel));
            }

            if (testImages is not null)
            {
                lists.Add(search.LeaksInto(context, testImages, reading));
            }

            Write(context, new CheckReport(images, search.Readable, lists), context.File(output), context.File(html));
        });
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the labels of a file, or those of the embeddings; null if there are none.</summary>
    private static KnownLabels? LabelsOf(EmbeddingTable table, string? file)
        => file is not null ? KnownLabels.Read(file, table.Paths)
            : table.Labels is null ? null
            : new KnownLabels(
                [.. Enumerable.Range(0, table.Count)],
                [.. table.Labels],
                [.. table.ClassNames ?? [.. Enumerable.Range(0, table.Classes).Select(
                    number => FormattableString.Invariant($"{number}"))]],
                0);

    private static void Write(CommandContext context, CheckReport report, OutputFile? output, OutputFile? html)
    {
        JsonObject json = report.Json();
        if (output is not null && output.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
        {
            CsvText.Write(output, CheckReport.CsvHeader, report.CsvRows());
        }
        else
        {
            output?.Write(Encoding.UTF8.GetBytes(json.ToJsonString(CommandContext.OneLine) + "\n"));
        }

        html?.Write(Encoding.UTF8.GetBytes(HtmlReport.Html(report.Page())));
        json["out"] = output?.Path;
        json["html"] = html?.Path;
        context.Result(json, report.Lines());
    }
}
