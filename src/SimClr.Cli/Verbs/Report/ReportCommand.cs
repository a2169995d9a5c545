using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Cli.Reports;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr report RUN…</c>.</summary>
internal static class ReportCommand
{
    private const string DefaultName = "report.html";
    private const int MaxRuns = 50;

    public static Verb Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Run directories, or folders that contain some",
            Arity = ArgumentArity.OneOrMore,
        };
        var file = new OutputOption(
            "--out",
            OutputKinds.Page("report"),
            $"Output file. Default: {DefaultName} in the run directory; with several runs, in the current directory.");
        var verb = new Verb(
            "report",
            "Write a page on runs: settings, health, curves, evaluations, cost, and how to reproduce them.",
            "simclr report runs/photos",
            "simclr report runs/photos runs/photos-large --out comparison.html")
        {
            Details =
            [
                "Of several runs, curves and results are drawn over each other, and differences of configuration are",
                "listed. A run that is still training can be reported too. Only a page written by simclr is replaced.",
            ],
        };
        verb.Add(runs);
        verb.Add(file);
        return verb.Handle(context => Report(context, context.Value(runs), file));
    }

    private static void Report(CommandContext context, string[] arguments, OutputOption option)
    {
        string[] folders = [.. arguments.SelectMany(Find).DistinctBy(Path.GetFullPath)];
        if (folders.Length > MaxRuns)
        {
            throw new ConfigurationException(
                $"RUN: got {folders.Length} runs, expected at most {MaxRuns} on one page; name fewer of them");
        }

        ReportedRun[] runs = ReportedRun.From([.. folders.Select(RunSummary.Read)]);
        OutputFile file = context.File(option) ?? context.Outputs.Open(
            option.Name,
            runs is [var single] ? Path.Join(single.Summary.Run.Root, DefaultName) : DefaultName,
            option.Kind);
        foreach (string message in runs.SelectMany(run => run.Summary.Unreadable))
        {
            context.WriteNote($"warning: {message}");
        }

        file.WriteTo(path => HtmlReport.Write(path, new RunPage(runs).Create()));
        context.Result(
            new JsonObject
            {
                ["report"] = file.Path,
                ["runs"] = new JsonArray([.. runs.Select(run => JsonValue.Create(run.Summary.Run.Root))]),
            },
            [
                .. runs.Select(run => $"{TerminalText.EscapeName(run.Name)}: {run.State}"
                    + (run.Reason is { } reason ? $": {reason}" : "")),
                $"report: {Path.GetFullPath(file.Path)}",
            ]);
    }

    private static IReadOnlyList<string> Find(string argument)
        => RunSummary.Find(argument) is { Count: > 0 } found ? found : throw new DataException(
            $"{argument}: there is no run here or in the folders below; expected directories with run.json");
}
