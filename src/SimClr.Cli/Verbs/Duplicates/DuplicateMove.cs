using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Data;
using SimClr.Duplicates;

namespace SimClr.Cli.Verbs;

/// <summary>
/// Moves the duplicates that could go into a folder; one of each group stays. Only files are moved whose bytes are
/// those of the kept file, or that the hash confirmed. Nothing is deleted or overwritten, and a list undoes the moves.
/// </summary>
internal sealed class DuplicateMove
{
    private readonly FileTransfer plan;
    private readonly int unsafeOnes;
    private readonly bool isDry;
    private readonly string folder;
    private string? undo;

    /// <summary>Plans the moves.</summary>
    /// <param name="folder">The folder of <c>--move-to</c>.</param>
    /// <param name="found">The duplicates.</param>
    /// <param name="isDry">Whether nothing is moved.</param>
    /// <exception cref="ConfigurationException">The folder cannot be used.</exception>
    public DuplicateMove(string folder, DuplicateFindings found, bool isDry)
    {
        (this.folder, this.isDry) = (folder, isDry);
        Duplicate[] all = [.. found.Groups.SelectMany(group => group.Duplicates)];
        Duplicate[] safe = [.. all.Where(found.IsSafe)];
        unsafeOnes = all.Length - safe.Length;
        string[] files = [.. safe.Select(one => found.Images.FileOf(one.Row) ?? found.Paths[one.Row])];
        string common = CommonFolder([.. Enumerable.Range(0, found.Paths.Count).Select(
            row => found.Images.FileOf(row) ?? found.Paths[row])]);
        plan = FileTransfer.Plan(
            "--move-to", folder, TransferMode.Move, files.Select(file => (file, Below(common, file))));
    }

    /// <summary>Moves the files, unless it is a dry run.</summary>
    public void Run(CancellationToken stop)
    {
        if (!isDry)
        {
            undo = plan.Run(stop);
        }
    }

    public void AddTo(JsonObject json)
    {
        json["move_to"] = folder;
        json["dry_run"] = isDry;
        json["moved"] = new JsonArray([.. plan.Items.Select(
            item => new JsonObject { ["from"] = item.From, ["to"] = item.To })]);
        json["not_moved"] = new JsonArray([.. plan.Omitted.Select(
            item => new JsonObject { ["path"] = item.Path, ["reason"] = item.Reason })]);
        json["undo"] = undo;
    }

    public IEnumerable<string> Lines()
    {
        foreach (TransferItem item in isDry ? plan.Items : [])
        {
            yield return $"would move {TerminalText.EscapeName(item.From)} to {TerminalText.EscapeName(item.To)}";
        }

        foreach (Omission item in plan.Omitted)
        {
            yield return $"not moved: {TerminalText.EscapeName(item.Path)}: {item.Reason}";
        }

        if (unsafeOnes > 0)
        {
            yield return $"not moved: {Plural.Format(unsafeOnes, "image")} that the hash could not confirm";
        }

        string count = Plural.Format(plan.Items.Count, "file");
        yield return isDry ? $"dry run: {count} would be moved to {folder}; nothing was moved"
            : undo is null ? "nothing was moved"
            : $"moved {count} to {folder}; move them back with: simclr classify --undo {ShellText.Quote(undo)}";
    }

    /// <summary>Returns the deepest folder above all files.</summary>
    private static string CommonFolder(string[] files)
    {
        string common = "";
        foreach ((int i, string file) in files.Index())
        {
            string folder = Path.GetDirectoryName(FullPath(file)) ?? "";
            common = i == 0 ? folder : common;
            while (common.Length > 0 && folder != common
                && !folder.StartsWith(WithSeparator(common), StringComparison.Ordinal))
            {
                common = Path.GetDirectoryName(common) ?? "";
            }
        }

        return common;
    }

    private static string Below(string common, string file)
    {
        string full = FullPath(file);
        string relative = common.Length > 0 && full.StartsWith(WithSeparator(common), StringComparison.Ordinal)
            ? full[WithSeparator(common).Length..]
            : Path.GetFileName(full);
        return relative.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static string FullPath(string file) => file.Contains('\0') ? "/missing" : Path.GetFullPath(file);

    private static string WithSeparator(string folder)
        => Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
}
