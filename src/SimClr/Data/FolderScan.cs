using System.IO.Enumeration;

namespace SimClr.Data;

/// <summary>
/// Finds the images below a folder. Symbolic links are followed, but every folder is read once: real folders first,
/// under their own name, then linked ones that were not seen yet. So a link to an ancestor, or two links to each
/// other, end nothing and repeat nothing. Hidden files and folders are left out.
/// </summary>
internal sealed class FolderScan
{
    private readonly List<string> images = [];
    private readonly HashSet<string> visited = [];
    private readonly Queue<(string Path, string Prefix)> links = new();

    private FolderScan()
    {
    }

    /// <summary>Paths from the folder with '/' between the parts, in ordinal order.</summary>
    public IReadOnlyList<string> Images => images;

    /// <summary>How many files were passed over because their extension is not that of an image.</summary>
    public int OtherFiles { get; private set; }

    /// <exception cref="DataException">A folder cannot be listed.</exception>
    public static FolderScan Of(string folder)
    {
        var scan = new FolderScan();
        try
        {
            scan.Enter(folder, RealPath.Of(folder), "");
            while (scan.links.TryDequeue(out var link))
            {
                scan.Enter(link.Path, RealPath.Of(link.Path), link.Prefix);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{folder}' cannot be listed: {error.Message}", error);
        }

        scan.images.Sort(StringComparer.Ordinal);
        return scan;
    }

    private void Enter(string folder, string real, string prefix)
    {
        if (!visited.Add(real))
        {
            return;
        }

        foreach (var (name, isFolder, isLink) in List(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            string path = Path.Join(folder, name);
            if (isFolder && isLink)
            {
                links.Enqueue((path, $"{prefix}{name}/"));
            }
            else if (isFolder)
            {
                Enter(path, Path.Join(real, name), $"{prefix}{name}/");
            }
            else if (ImageDecoder.KnowsExtensionOf(name))
            {
                images.Add(prefix + name);
            }
            else
            {
                OtherFiles++;
            }
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink)> List(string folder) => new(
        folder,
        (ref FileSystemEntry entry) => (
            entry.FileName.ToString(), entry.IsDirectory, entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
        new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.') && !entry.IsHidden,
    };
}
