using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SimClr.Cli.Progress;
using SimClr.Configuration;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr demo [DATA]</c>.</summary>
internal static class DemoCommand
{
    private const string DefaultDirectory = "simclr-demo";
    private const int SampleImages = 8000;

    public static Command Create()
    {
        var data = new Argument<string?>("DATA")
        {
            Description = "Images to use: a folder, a manifest or a data spec (see 'simclr --help'). Default: "
                + $"{DemoData.Sample}, the embedded images.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var directory = new Option<string?>("--out")
        {
            Description = "New or empty directory for the report and the run. Default: "
                + $"{DefaultDirectory}, or {DefaultDirectory} with the next free number.",
            HelpName = "DIR",
        };
        Option<long?> epochs = NumberOption.Integer("--epochs", "Passes over the images", 1);
        Option<string[]> reading = ReadingOption.Create("the preset demo");
        var verb = new Verb(
            "demo",
            "Pre-train on the embedded images, evaluate the encoder, and write a report. Takes a few minutes.",
            "simclr demo",
            "simclr demo ./photos",
            "simclr demo cifar10:./cifar-10-batches-bin --out runs/demo") { data, directory, epochs, reading };
        verb.Details = ["Without labels, the report shows pictures and the health of the run, but no accuracies."];
        return verb.Handle(context => Run(
            context,
            context.Value(data) ?? DemoData.Sample,
            context.Value(directory),
            (int?)context.Value(epochs),
            context.Value(reading) ?? []));
    }

    private static void Run(CommandContext context, string argument, string? directory, int? epochs, string[] reading)
    {
        long begin = Stopwatch.GetTimestamp();
        string target = Directory(directory);
        PretrainOptions preset = WithGlobals(
            context, ReadingOption.Overlay(Presets.Load("demo"), reading, "the rest is fitted to the images"));
        using DemoData data = DemoData.Open(argument, preset.Data, context);
        PretrainOptions options = For(epochs, DemoConfiguration.Fit(preset, argument, data.Train, SampleImages));
        Writing(target, () =>
        {
            DemoOutcome outcome = Display.Show(
                context,
                display => new DemoRun(options, data, display, context.Cancel).Run(Path.Combine(target, "run")));
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            string report = new DemoReport(options, data, outcome, CommandLineOf(argument, epochs, reading, context))
                .Write(target, seconds);
            seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            context.Result(outcome.Json(seconds, report, outcome.Training.Run), Lines(outcome, seconds, report, data));
        });
    }

    // Unreadable images never cause these errors: they are skipped.
    private static void Writing(string directory, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"{directory}: cannot be used for report and run: {error.Message} Choose another directory with --out.",
                error);
        }
    }

    private static string[] Lines(DemoOutcome outcome, double seconds, string report, DemoData data)
    {
        string[] table = data.Test is null
            ? [$"The run is {outcome.Training.Health?.Describe() ?? "done"}"]
            :
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"accuracy in percent on {outcome.TestImages:N0} held-out images, learned from "
                        + $"{outcome.TrainImages:N0} without labels:"),
                "",
                .. outcome.Table(),
                "",
            ];
        return
        [
            .. table,
            string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} seconds in total"),
            $"report: {Path.GetFullPath(report)}",
            $"run:    {Path.GetFullPath(outcome.Training.Run)}",
        ];
    }

    private static PretrainOptions WithGlobals(CommandContext context, PretrainOptions options) => options with
    {
        Seed = context.Seed ?? options.Seed,
        Device = context.Device ?? options.Device,
        Threads = context.Threads ?? options.Threads,
    };

    private static PretrainOptions For(int? epochs, PretrainOptions options) => epochs is not { } number
        ? options
        : options with
        {
            Schedule = options.Schedule with
            {
                Epochs = number,
                WarmupEpochs = Math.Min(options.Schedule.WarmupEpochs, number / 2.0),
            },
        };

    /// <summary>
    /// Returns the requested directory, which must be free; without a request, the next free number, so that the demo
    /// can run again.
    /// </summary>
    private static string Directory(string? requested)
    {
        if (requested is not null)
        {
            return IsFree(requested) ? requested : throw new ConfigurationException(
                $"--out: '{requested}' exists and is not an empty directory; "
                    + "choose a new one, so that nothing is overwritten");
        }

        return Enumerable.Range(1, int.MaxValue)
            .Select(number => number == 1 ? DefaultDirectory : $"{DefaultDirectory}-{number}")
            .First(IsFree);
    }

    private static bool IsFree(string path)
        => !File.Exists(path)
            && (!System.IO.Directory.Exists(path) || !System.IO.Directory.EnumerateFileSystemEntries(path).Any());

    private static string CommandLineOf(string argument, int? epochs, string[] reading, CommandContext context)
    {
        string text = argument == DemoData.Sample ? "simclr demo" : $"simclr demo {ShellText.Quote(argument)}";
        text += epochs is { } number ? string.Create(CultureInfo.InvariantCulture, $" --epochs {number}") : "";
        text += string.Concat(reading.Select(change => $" --set {ShellText.Quote(change)}"));
        return context.Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $"{text} --seed {seed}") : text;
    }
}
