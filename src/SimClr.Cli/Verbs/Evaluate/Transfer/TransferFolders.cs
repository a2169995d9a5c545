using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The available sets of the suite, opened and checked before any computation, and the missing ones.</summary>
internal sealed class TransferFolders : IDisposable
{
    private readonly List<TransferSplits> present = [];

    private TransferFolders(IReadOnlyList<TransferSet> absent)
    {
        Absent = absent;
    }

    public IReadOnlyList<TransferSplits> Present => present;

    public IReadOnlyList<TransferSet> Absent { get; }

    /// <summary>Opens the sets.</summary>
    /// <exception cref="DataException">No set is available, a named set is missing, or a set is incomplete.</exception>
    public static TransferFolders Open(TransferInputs request, DataOptions reading, long seed)
    {
        if (!Directory.Exists(request.Root))
        {
            throw new DataException(
                $"--data-root: no folder {Path.GetFullPath(request.Root)}; expected one that contains the folders of "
                    + $"the sets, such as {TransferCatalog.Sets[0].Folders[0]}");
        }

        IReadOnlyList<TransferSet> wanted = request.Selected;
        TransferSet[] absent = [.. wanted.Where(set => set.FindBelow(request.Root) is null)];
        if (absent.Length == wanted.Count || (request.Only is not null && absent.Length > 0))
        {
            throw new DataException(
            [
                $"{Path.GetFullPath(request.Root)} does not contain "
                    + $"{(absent.Length == 1 ? "this set" : "these sets")}:",
                .. absent.Select(set => $"{set.Title}: {HowToGet(set, request.Root)}"),
            ]);
        }

        var folders = new TransferFolders(absent);
        try
        {
            folders.present.AddRange(wanted.Except(absent).Select(
                set => TransferSplits.Open(set, set.FindBelow(request.Root)!, reading, seed, request.AllowPartial)));
            return folders;
        }
        catch
        {
            folders.Dispose();
            throw;
        }
    }

    /// <summary>Returns instructions for obtaining a set, with the command that downloads it if there is one.</summary>
    public static string HowToGet(TransferSet set, string root)
    {
        string folder = Path.Join(root, set.Folders[0]);
        string download = RemoteSets.All.Any(remote => remote.Name == set.Name)
            ? $", or run: simclr data download {set.Name} --out {folder}"
            : "";
        return set.HowToGet(root) + download;
    }

    public void Dispose() => present.ForEach(splits => splits.Dispose());
}
