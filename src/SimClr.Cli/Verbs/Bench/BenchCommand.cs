using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Bench;
using SimClr.Cli.Outputs;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr bench</c>.</summary>
internal static class BenchCommand
{
    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Only this measurement (see below). Repeatable",
        HelpName = "name",
    };

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "Fewer rounds and steps, for a first impression",
    };

    private static readonly Option<string?> Photos = new("--photos")
    {
        Description = "Photographs to read. Default: generated ones of 500 × 375 pixels.",
        HelpName = "DATA",
    };

    private static readonly Option<string?> Images = new("--images")
    {
        Description = "Small images to train on. Default: generated ones.",
        HelpName = "DATA",
    };

    private static readonly Option<string?> Precision = ChoiceOption.Create(
        "--precision", "Compute precision", EnumText.All<Configuration.Precision>());

    private static readonly OutputOption Markdown = new(
        "--markdown", OutputKinds.Figures, "Also write the table to this file");

    public static Command Create()
    {
        var verb = new Verb(
            "bench",
            "Benchmark this program on this machine, each figure next to a reference.",
            "simclr bench",
            "simclr bench --quick --only step-quarter",
            "simclr bench --only profile --only scaling",
            "simclr bench --markdown results.md")
        {
            Only, Quick, Photos, Images, Precision, Markdown,
        };
        verb.Details =
        [
            "Names for --only (embed, onnx, search, busy, profile and scaling only run if named):",
            .. BenchCatalog.Lines,
            "",
            "The two sides of a ratio are measured alternately in one run; the table shows the median, minimum",
            "and maximum of the rounds. Nothing else should be running. On two cores it takes 5 to 8 minutes,",
            "about one minute with --quick.",
        ];
        return verb.Handle(Run);
    }

    private static void Run(CommandContext context)
    {
        IReadOnlyList<Benchmark> chosen = BenchCatalog.Choose(context.Value(Only) ?? []);
        OutputFile? file = context.File(Markdown);
        BenchSettings settings = Settings(context);
        Check(context, settings);
        var clock = Stopwatch.StartNew();
        var rows = new List<BenchRow>();
        foreach (Benchmark benchmark in chosen)
        {
            context.WriteNote($"measuring {benchmark.Name}: {benchmark.Summary} …");
            rows.AddRange(benchmark.NeedsOwnProcess && chosen.Count > 1
                ? MeasureInOwnProcess(benchmark.Name, context)
                : benchmark.Measure(settings, context.Cancel));
        }

        var report = new BenchReport(BenchMachine.Detect(settings), rows, clock.Elapsed.TotalSeconds);
        file?.Write(Encoding.UTF8.GetBytes(report.Markdown(CommandLineOf(context))));
        context.Result(report.Json(), report.Text().TrimEnd().Split(Environment.NewLine));
    }

    /// <summary>Reports unusable inputs before the first measurement, which takes minutes.</summary>
    private static void Check(CommandContext context, BenchSettings settings)
    {
        _ = ComputeEnvironment.ResolveDevice(settings.BaseOptions.Device);
        foreach (string data in new[] { settings.Photos, settings.Images }.OfType<string>())
        {
            context.OpenImages(data, new DataOptions()).Dispose();
        }
    }

    /// <summary>Runs a benchmark in a separate process with a fresh heap.</summary>
    private static IEnumerable<BenchRow> MeasureInOwnProcess(string name, CommandContext context)
    {
        List<string> arguments = ["bench", "--json", Only.Name, name];
        void Pass(string option, object? value)
        {
            if (value is not null)
            {
                arguments.AddRange([option, string.Create(CultureInfo.InvariantCulture, $"{value}")]);
            }
        }

        Pass(Images.Name, context.Value(Images));
        Pass(Precision.Name, context.Value(Precision));
        Pass(GlobalOptions.Device, context.Device);
        Pass(GlobalOptions.Threads, context.Threads);
        arguments.AddRange(context.Value(Quick) ? [Quick.Name] : []);
        SelfProcess.Outcome outcome = SelfProcess.Run(arguments, context.Cancel);
        return outcome.ExitCode == 0
            ? JsonNode.Parse(outcome.Output)!["rows"]!.AsArray().Select(row => BenchRowJson.Read(row!))
            : throw new InvalidOperationException(
                $"'simclr {string.Join(' ', arguments)}' exited with code {outcome.ExitCode}: {outcome.Error}");
    }

    private static BenchSettings Settings(CommandContext context)
    {
        var settings = new BenchSettings();
        settings = context.Value(Quick) ? settings.Shorter() : settings;
        PretrainOptions basis = settings.BaseOptions;
        return settings with
        {
            Photos = context.Value(Photos),
            Images = context.Value(Images),
            MeasureInOwnProcess = (name, _, _) => MeasureInOwnProcess(name, context).Single(),
            BaseOptions = basis with
            {
                Device = context.Device ?? basis.Device,
                Threads = context.Threads ?? basis.Threads,
                Precision = ChoiceOption.Choice<Configuration.Precision>(context.Value(Precision)) ?? basis.Precision,
            },
        };
    }

    /// <summary>Returns the command line without file names of this machine.</summary>
    private static string CommandLineOf(CommandContext context)
    {
        IEnumerable<string> only = (context.Value(Only) ?? []).Select(name => $" --only {name}");
        return $"simclr bench{string.Concat(only)}{(context.Value(Quick) ? " --quick" : "")}"
            + (context.Value(Photos) is null ? "" : " --photos DATA")
            + (context.Value(Images) is null ? "" : " --images DATA")
            + Given(Precision.Name, context.Value(Precision))
            + Given(GlobalOptions.Device, context.Device)
            + Given(GlobalOptions.Threads, context.Threads);

        static string Given(string option, object? value)
            => value is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {option} {value}");
    }
}
