using System.Globalization;
using System.Runtime.InteropServices;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Cli.Reports;
using SimClr.Configuration;
using SimClr.Diagnostics;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>The report of the demo: a page and its pictures.</summary>
internal sealed class DemoReport(PretrainOptions options, DemoData data, DemoOutcome outcome, string commandLine)
{
    private const int SheetImages = 12;
    private const int Queries = 12;

    /// <summary>Writes <c>report.html</c>, <c>views.png</c>, <c>neighbors.png</c> and <c>loss.svg</c>.</summary>
    public string Write(string directory, double seconds)
    {
        byte[] views = ContactSheet.Render(data.Train, options.Views, options.Seed, SheetImages, 2);
        NeighborTable neighbors = Neighbors();
        byte[] pairs = NeighborPicture.Render(
            neighbors, data.Test ?? data.Train, data.Test is null ? data.Train : new PerturbedDataSet(data.Test));
        var run = new RunDirectory(outcome.Training.Run);
        Save(directory, "views.png", views);
        Save(directory, "neighbors.png", pairs);
        AtomicFile.WriteText(Path.Combine(directory, "loss.svg"), LossCurve.Svg(run));

        string file = Path.Combine(directory, "report.html");
        HtmlReport.Write(file, new ReportPage(
            "SimCLR demo",
            Summary(),
            [.. Sections(views, pairs, neighbors, LossCurve.Charts(run)), Reproduction(seconds)]));
        return file;
    }

    private static void Save(string directory, string name, byte[] content)
        => AtomicFile.Write(Path.Combine(directory, name), stream => stream.Write(content));

    private NeighborTable Neighbors()
    {
        DemoRow pixels = outcome.Rows[0];
        DemoRow simclr = outcome.Rows[^1];
        return NeighborTable.Find(
            [
                new NeighborSource(pixels.Name, pixels.Bank, pixels.Queries),
                new NeighborSource(simclr.Name, simclr.Bank, simclr.Queries),
            ],
            NeighborTable.ChooseQueries(simclr.Bank, Queries, seed: 0));
    }

    private string Summary()
    {
        string learned = string.Create(
            CultureInfo.InvariantCulture,
            $"An encoder ({options.Encoder.Name}, width {options.Encoder.Width}) was trained on "
                + $"{outcome.TrainImages:N0} images of {data.Train.Name} for "
                + $"{Plural.Format(options.Schedule.Epochs, "epoch")} without labels: "
                + $"it learned to recognize two random views of the same image.");
        return outcome.Rows[^1].Quality is { } quality
            ? $"{learned} Below it is evaluated on {outcome.TestImages.ToString("N0", CultureInfo.InvariantCulture)} "
                + $"held-out images: kNN classifies {HtmlText.Percent(quality.Knn)} of them correctly."
            : $"{learned} The images have no labels, so this page shows pictures and the health of the run.";
    }

    private IEnumerable<ReportSection> Sections(byte[] views, byte[] pairs, NeighborTable neighbors, IReadOnlyList<Chart> curves)
    {
        if (data.Test is not null)
        {
            yield return new ReportSection("Quality of the representation", Table());
        }

        yield return new ReportSection(
            "Nearest neighbors",
            new ReportPicture(
                pairs,
                neighbors.Description,
                data.Test is null
                    ? "Each row shows an image and its nearest neighbors among the other images, by raw pixels (left) "
                        + "and by the learned representation (right)."
                    : "Each row shows a perturbed held-out image (cropped, mirrored, relit) and its nearest neighbors "
                        + "among the held-out originals, by raw pixels (left) and by the learned representation "
                        + "(right). Green with a check mark: same class; red with a cross: different class.",
                NeighborPicture.Scale));
        string knn = outcome.Training.KnnTop1 is null ? ""
            : " The kNN accuracy is on held-out training images and only serves this curve.";
        yield return new ReportSection(
            "Training",
            new ReportCharts(
                curves,
                new ChartColors(),
                $"Loss of the batch at each logged step. The dashed line is the chance level, ln(2N − 1).{knn}"),
            new ReportParagraph($"At the end, the run was {outcome.Training.Health?.Describe() ?? "finished"}"));
        yield return new ReportSection(
            "Training views",
            new ReportPicture(
                views,
                "Images, each with two random views.",
                "Images, each with a pair of random views: cropped, mirrored, with color distortion. "
                    + "The encoder learns that the two views belong together."));
    }

    private ReportTable Table() => new(
        string.Create(CultureInfo.InvariantCulture, $"Accuracy in percent on {outcome.TestImages:N0} held-out images."),
        [.. DemoOutcome.Measures.Select(m => new ReportMeasure(m.Name, $"{m.Meaning}."))],
        [.. outcome.Rows.Select(row => new ReportRow(
            row.Name, [.. DemoOutcome.Measures.Select(m => (double?)m.Value(row.Quality!))], row.Key == "simclr"))]);

    private ReportSection Reproduction(double seconds) => new(
        "Reproduce this run",
        new ReportReproduction(
            commandLine,
            ConfigurationText.ToYaml(RunConfiguration.ToJson(options)),
            options.Seed,
            $"simclr {typeof(Pretrainer).Assembly.GetName().Version!.ToString(3)}",
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, "
                + $"{ComputeEnvironment.Cores} cores",
            seconds));
}
