using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Finds the images below a folder. Symbolic links are followed, but every folder is read once: first the real folders,
/// under their own names, then linked folders that have not been seen. A link to an ancestor, or two links to each
/// other, therefore cause neither a loop nor repeated images. Hidden files and folders are left out. A subfolder that
/// cannot be listed, and an entry with an image's name that is not a file, are left out and reported.
/// </summary>
internal sealed class FolderScan
{
    private readonly string root;
    private readonly List<string> images = [];
    private readonly HashSet<string> visited = [];
    private readonly HashSet<string> notUtf8 = [];
    private readonly Queue<(string Path, string Prefix)> links = new();
    private readonly SortedDictionary<string, int> unsupportedFormats = new(StringComparer.Ordinal);
    private readonly List<Omission> folders = [];
    private readonly List<Omission> specialFiles = [];

    private FolderScan(string root) => this.root = root;

    /// <summary>The paths of the images relative to the folder, separated by '/', in ordinal order.</summary>
    public IReadOnlyList<string> Images => images;

    /// <summary>The number of files skipped because they do not have an image extension.</summary>
    public int OtherFiles { get; private set; }

    /// <summary>The files and folders that were left out but that the user may have wanted.</summary>
    public Omissions Omissions => new(unsupportedFormats, folders, specialFiles);

    /// <summary>Scans a folder.</summary>
    /// <exception cref="DataException">The folder cannot be listed.</exception>
    public static FolderScan Run(string folder)
    {
        var scan = new FolderScan(folder);
        try
        {
            scan.Enter(RealPath.Resolve(folder), "", List(folder));
        }
        catch (Exception error) when (IsFileError(error))
        {
            throw new DataException($"'{folder}' cannot be listed: {error.Message}", error);
        }

        while (scan.links.TryDequeue(out var link))
        {
            scan.TryEnter(() => RealPath.Resolve(link.Path), link.Prefix);
        }

        scan.images.Sort(StringComparer.Ordinal);
        return scan;
    }

    private void TryEnter(Func<string> real, string prefix)
    {
        FolderEntry[] entries;
        string place;
        try
        {
            place = real();
            entries = visited.Contains(place) ? [] : List(Path.Join(root, prefix));
        }
        catch (Exception error) when (IsFileError(error))
        {
            folders.Add(new Omission(Path.Join(root, prefix), ReasonFor(error, prefix)));
            return;
        }

        Enter(place, prefix, entries);
    }

    private void Enter(string real, string prefix, FolderEntry[] entries)
    {
        if (!visited.Add(real))
        {
            return;
        }

        foreach (FolderEntry entry in entries)
        {
            string path = prefix + entry.Name;
            FileKind kind = entry.Kind == FileKind.Unknown
                ? FileStatus.Get(Path.Join(root, path), throughLinks: false)?.Kind ?? FileKind.Unknown
                : entry.Kind;
            if (kind == FileKind.Link && Directory.Exists(Path.Join(root, path)))
            {
                links.Enqueue((Path.Join(root, path), $"{path}/"));
            }
            else if (kind == FileKind.Folder)
            {
                TryEnter(() => Path.Join(real, entry.Name), $"{path}/");
            }
            else
            {
                Add(path, isFile: kind == FileKind.File);
            }
        }
    }

    /// <summary>Adds an entry that is not a folder.</summary>
    /// <param name="file">The path, relative to the folder.</param>
    /// <param name="isFile">Whether the entry is known to be a file; for others the file system is queried.</param>
    private void Add(string file, bool isFile)
    {
        if (!ImageDecoder.KnowsExtensionOf(file))
        {
            OtherFiles++;
            UnsupportedImageExtensions.TryCount(file, unsupportedFormats);
        }
        else if (!isFile && RegularFile.SpecialKind(Path.Join(root, file)) is { } kind)
        {
            specialFiles.Add(new Omission(Path.Join(root, file), $"it is {kind}, not a file"));
        }
        else
        {
            images.Add(file.Contains('\uFFFD') ? Distinct(file) : file);
        }
    }

    /// <summary>
    /// Makes a name unique: .NET may map two names that are not UTF-8 to the same text, and each counts as an
    /// unreadable image.
    /// </summary>
    private string Distinct(string file)
    {
        string name = file;
        for (int number = 2; !notUtf8.Add(name); number++)
        {
            name = $"{file} ({number})";
        }

        return name;
    }

    private static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    // .NET replaces the invalid bytes of a name that is not UTF-8, so the path that it passes back does not exist.
    private static string ReasonFor(Exception error, string prefix) => error switch
    {
        _ when prefix.Contains('\uFFFD') => "the folder cannot be listed: its name is not UTF-8; rename it",
        UnauthorizedAccessException => "the folder cannot be listed: permission denied",
        PathTooLongException => "the folder cannot be listed: its path is too long",
        _ => $"the folder cannot be listed: {error.Message}",
    };

    private static FolderEntry[] List(string folder)
        => [.. FolderEntry.List(folder).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
}
