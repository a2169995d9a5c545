using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr runs [DIR]</c>.</summary>
internal static class RunsCommand
{
    private const string DefaultFolder = "runs";

    public static Command Create()
    {
        var folder = new Argument<string?>("DIR")
        {
            Description = $"Folder of run directories, searched with its subfolders. Default: {DefaultFolder}.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> sort = ChoiceOption.Create(
            "--sort", "Column to sort by, best or newest first", RunRow.Orders, RunRow.ByName);
        var verb = new Verb(
            "runs",
            "List what was trained: state, loss, accuracies, speed, and what differs from the preset.",
            "simclr runs",
            "simclr runs experiments --sort linear",
            "simclr runs compare runs/photos runs/warm")
        {
            folder,
            sort,
            RunsCompareCommand.Create(),
        };
        verb.Details =
        [
            "A run is running, finished, stopped (it can be resumed), diverged, or lost: its process has ended",
            "without a word, or, on another machine, has not reported for 5 minutes. Accuracies are those of the",
            "newest evaluations; kNN in parentheses was measured during training, on training images. 'original' is",
            "the share of perturbed images whose nearest neighbor is their original, also on training images.",
            "Files of a run that cannot be read are named.",
        ];
        return verb.Handle(
            context => Show(context, context.Value(folder) ?? DefaultFolder, context.Value(sort) ?? RunRow.ByName));
    }

    private static void Show(CommandContext context, string folder, string order)
    {
        RunRow[] rows = [.. RunSummary.Find(folder).Select(run => RunRow.From(RunSummary.Read(run), folder))];
        foreach (string message in rows.SelectMany(row => row.Run.Unreadable))
        {
            context.WriteNote($"warning: {message}");
        }

        RunRow[] sorted = RunRow.Sort(rows, order);
        context.Result(
            new JsonObject { ["runs"] = new JsonArray([.. sorted.Select(row => row.Json())]) },
            RunRow.Table(sorted));
    }
}
