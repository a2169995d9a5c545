using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The classified images, copied or moved into one folder per class.</summary>
internal sealed class ClassTransfer
{
    private const string UnknownFolder = "none-of-these";
    private const int ShownOmissions = 3;

    private readonly FileTransfer plan;
    private readonly TransferMode mode;
    private readonly bool isDryRun;
    private readonly string? undo;

    private ClassTransfer(FileTransfer plan, TransferMode mode, bool isDryRun, string? undo)
        => (this.plan, this.mode, this.isDryRun, this.undo) = (plan, mode, isDryRun, undo);

    /// <summary>Plans the transfer, and makes it unless it is a dry run.</summary>
    public static ClassTransfer Run(
        CommandContext context,
        (string Option, string Directory, TransferMode Mode) to,
        PredictedImages found,
        bool isDryRun)
    {
        string[] names = [.. found.GroupNames];
        names[^2] = UnknownFolder;
        string[] folders = FolderNames.Create(names);
        FileTransfer plan = FileTransfer.Plan(
            to.Option,
            to.Directory,
            to.Mode,
            found.Images.Select(image => (
                image.Path, $"{folders[found.GroupOf(image)]}/{Path.GetFileName(image.Path)}")));
        foreach (Omission omission in plan.Omitted.Take(ShownOmissions))
        {
            context.WriteNote($"note: {omission.Path} stays where it is: {omission.Reason}");
        }

        if (plan.Omitted.Count > ShownOmissions)
        {
            context.WriteNote($"note: {plan.Omitted.Count - ShownOmissions} more stay where they are");
        }

        return new ClassTransfer(plan, to.Mode, isDryRun, isDryRun ? null : plan.Run(context.Cancel));
    }

    /// <summary>Returns a transfer as a line.</summary>
    public static string Text(TransferItem item)
        => $"{TerminalText.EscapeName(item.From)} -> {TerminalText.EscapeName(item.To)}";

    public IEnumerable<string> Lines()
    {
        string done = mode == TransferMode.Move ? "moved" : "copied";
        string left = plan.Omitted.Count > 0 ? $", {plan.Omitted.Count:N0} left in place" : "";
        return
        [
            .. isDryRun ? plan.Items.Select(Text) : [],
            $"{Plural.Format(plan.Items.Count, "file")} {(isDryRun ? "would be " : "")}{done}{left}",
            .. undo is null ? [] : new[] { $"to undo: simclr classify --undo {ShellText.Quote(undo)}" },
        ];
    }

    public void AddTo(JsonObject json)
    {
        json[mode == TransferMode.Move ? "moved" : "copied"] = isDryRun ? 0 : plan.Items.Count;
        json["left_in_place"] = plan.Omitted.Count;
        json["dry_run"] = isDryRun;
        json["undo"] = undo;
        json["transfers"] = new JsonArray([.. plan.Items.Select(item => new JsonObject
        {
            ["from"] = item.From,
            ["to"] = item.To,
        })]);
    }
}
