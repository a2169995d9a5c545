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

/// <summary>Puts what the demo found on a page, and its pictures beside it.</summary>
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
            neighbors, data.Test ?? data.Train, data.Test is null ? data.Train : new DisturbedDataSet(data.Test));
        string curve = LossCurve.Svg(new RunDirectory(outcome.Training.Run));
        Save(directory, "views.png", views);
        Save(directory, "neighbors.png", pairs);
        AtomicFile.WriteText(Path.Combine(directory, "loss.svg"), curve);

        string file = Path.Combine(directory, "report.html");
        HtmlReport.Write(file, new ReportPage(
            "SimCLR on your machine",
            Summary(),
            [.. Sections(views, pairs, neighbors, curve), Reproduction(seconds)]));
        return file;
    }

    private static void Save(string directory, string name, byte[] content)
        => AtomicFile.Write(Path.Combine(directory, name), stream => stream.Write(content));

    private NeighborTable Neighbors()
    {
        DemoRow pixels = outcome.Rows[0];
        DemoRow simclr = outcome.Rows[^1];
        return NeighborTable.Find(
            [new NeighborSource(pixels.Name, pixels.Bank, pixels.Queries), new NeighborSource(simclr.Name, simclr.Bank, simclr.Queries)],
            NeighborTable.ChooseQueries(simclr.Bank, Queries, seed: 0));
    }

    private string Summary()
    {
        string learned = string.Create(
            CultureInfo.InvariantCulture,
            $"An encoder ({options.Encoder.Name}, width {options.Encoder.Width}) looked at {outcome.TrainImages:N0} images of {data.Train.Name} for {options.Schedule.Epochs} epochs, without any label: it learned to recognize two random views of an image as the same.");
        return outcome.Rows[^1].Quality is { } quality
            ? $"{learned} What it learned is measured below on {outcome.TestImages.ToString("N0", CultureInfo.InvariantCulture)} other images: its nearest neighbors name the class of {HtmlText.Percent(quality.Knn)} of them."
            : $"{learned} The images have no labels, so what it learned can be looked at below, and not counted.";
    }

    private IEnumerable<ReportSection> Sections(byte[] views, byte[] pairs, NeighborTable neighbors, string curve)
    {
        if (data.Test is not null)
        {
            yield return new ReportSection("How good is the representation?", Table());
        }

        yield return new ReportSection(
            "What is near what",
            new ReportPicture(
                pairs,
                neighbors.Description,
                data.Test is null
                    ? "Each row: an image, and what is nearest to it among the others by its pixels (left) and by what was learned (right)."
                    : "Each row: a held-out image as another photographer would have taken it, and what is nearest to it among the held-out originals by its pixels (left) and by what was learned (right). Green with a check: the same class; red with a cross: another one.",
                NeighborPicture.Scale));
        string knn = outcome.Training.KnnTop1 is null ? "" : " kNN is measured among training images, for this curve only.";
        yield return new ReportSection(
            "How training went",
            new ReportDrawing(curve, $"The loss of the batch at each logged step. Dashed: what guessing costs, ln(2N − 1).{knn}"),
            new ReportParagraph($"At the end the run was {outcome.Training.Health?.Describe() ?? "finished"}"));
        yield return new ReportSection(
            "What training saw",
            new ReportPicture(
                views,
                "Images, each with two random views of it.",
                "Images and a pair of random views of each: cropped, mirrored, colors distorted. The encoder is to tell that the two belong together."));
    }

    private ReportTable Table() => new(
        string.Create(CultureInfo.InvariantCulture, $"Accuracies in percent on {outcome.TestImages:N0} held-out images."),
        [.. DemoOutcome.Measures.Select(m => new ReportMeasure(m.Name, $"{m.Meaning}."))],
        [.. outcome.Rows.Select(row => new ReportRow(
            row.Name, [.. DemoOutcome.Measures.Select(m => (double?)m.Value(row.Quality!))], row.Key == "simclr"))]);

    private ReportSection Reproduction(double seconds) => new(
        "Get the same again",
        new ReportReproduction(
            commandLine,
            ConfigurationText.Of(RunConfiguration.ToJson(options)),
            options.Seed,
            $"simclr {typeof(Pretrainer).Assembly.GetName().Version!.ToString(3)}",
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {ComputeEnvironment.Cores} cores",
            seconds));
}
