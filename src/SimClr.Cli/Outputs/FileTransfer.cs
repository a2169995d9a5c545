using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Outputs;

/// <summary>Whether a transfer leaves the files in their old places.</summary>
internal enum TransferMode
{
    /// <summary>The files stay, and equal ones are written.</summary>
    Copy,

    /// <summary>The files change their folder.</summary>
    Move,
}

/// <summary>A file and its new place.</summary>
/// <param name="From">The full path of the file.</param>
/// <param name="To">The full path of its new place.</param>
internal sealed record TransferItem(string From, string To);

/// <summary>
/// Copies or moves files into folders below one folder. The whole transfer is planned before any file is touched. No
/// file is ever overwritten: if a name is taken, also in other letter case, the file gets a number, such as
/// <c>cat-2.jpg</c>. Each move is listed in an <see cref="UndoList"/> before it is made.
/// </summary>
internal sealed class FileTransfer
{
    private readonly string option;
    private readonly string root;
    private readonly TransferMode mode;
    private readonly FreeNames names = new();

    private FileTransfer(string option, string root, TransferMode mode)
        => (this.option, this.root, this.mode) = (option, root, mode);

    /// <summary>The files to transfer, in the given order.</summary>
    public IReadOnlyList<TransferItem> Items { get; private set; } = [];

    /// <summary>The files that are left out, each with the reason.</summary>
    public IReadOnlyList<Omission> Omitted { get; private set; } = [];

    private string Done => mode == TransferMode.Move ? "moved" : "copied";

    /// <summary>Plans a transfer; changes no file and no folder.</summary>
    /// <param name="option">The option that named the folder, for messages.</param>
    /// <param name="directory">The folder for all files; it need not exist yet.</param>
    /// <param name="mode">Copy or move.</param>
    /// <param name="files">
    /// The path of each file, and its new place relative to <paramref name="directory"/> with <c>/</c> between folders.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// The directory or a folder below it is a file, or a link that leads outside.
    /// </exception>
    /// <exception cref="ArgumentException">A new place is not below the directory.</exception>
    public static FileTransfer Plan(
        string option, string directory, TransferMode mode, IEnumerable<(string Source, string Target)> files)
    {
        if (string.IsNullOrWhiteSpace(directory))
        {
            throw new ConfigurationException($"{option}: got nothing, expected a folder");
        }

        try
        {
            var transfer = new FileTransfer(option, RealPath.Resolve(directory), mode);
            transfer.RequireFolder(transfer.root);
            transfer.PlanItems(files);
            return transfer;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{option}: cannot use '{directory}': {error.Message}", error);
        }
    }

    /// <summary>Copies or moves the planned files.</summary>
    /// <param name="stop">Requests a stop between two files.</param>
    /// <returns>The path of the undo list; null if nothing was moved.</returns>
    /// <exception cref="ConfigurationException">
    /// A file could not be transferred; the files before it were, and the message names the undo list.
    /// </exception>
    /// <exception cref="StoppedException">A stop was requested; the message names the undo list.</exception>
    public string? Run(CancellationToken stop)
    {
        if (Items.Count == 0)
        {
            return null;
        }

        int count = 0;
        UndoList? undo = null;
        try
        {
            undo = mode == TransferMode.Move ? UndoList.CreateIn(root) : null;
            for (; count < Items.Count; count++)
            {
                stop.ThrowIfCancellationRequested();
                Transfer(Items[count], undo);
            }

            return undo?.Path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string which = count < Items.Count ? $" '{Items[count].From}'" : "";
            throw new ConfigurationException(
                $"{option}: {Summary(count, undo)}; then{which} could not be {Done}: {error.Message}", error);
        }
        catch (OperationCanceledException error)
        {
            throw new StoppedException($"stopped: {Summary(count, undo)}", error);
        }
        finally
        {
            undo?.Dispose();
        }
    }

    /// <summary>
    /// Moves a file without overwriting another. To another file system it is copied, flushed and compared in length
    /// before the original is removed.
    /// </summary>
    /// <exception cref="IOException">The file cannot be moved, or its new place is taken.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be moved.</exception>
    internal static void Move(string from, string to)
    {
        if (AreOnOneFileSystem(from, Path.GetDirectoryName(to)!))
        {
            File.Move(from, to, overwrite: false);
        }
        else
        {
            MoveByCopy(from, to);
        }
    }

    /// <inheritdoc cref="Move"/>
    internal static void MoveByCopy(string from, string to)
    {
        Copy(from, to);
        try
        {
            File.Delete(from);
        }
        catch
        {
            File.Delete(to);   // The file stays in its old place, so that the list of moves is right.
            throw;
        }
    }

    /// <summary>The reason why a path is not a file that can be transferred; null if it is one.</summary>
    internal static string? ReasonAgainst(string path, TransferMode mode)
        => path.Contains('\0') || !File.Exists(path)
            ? Directory.Exists(path) ? "it is a folder" : "there is no such file"
            : RegularFile.SpecialKind(path) is { } kind ? $"it is {kind}"
            : mode == TransferMode.Move && new FileInfo(path).LinkTarget is not null
                ? "it is a symbolic link, which may not work elsewhere; copy it instead"
            : null;

    private static void Copy(string from, string to)
    {
        string temporary = AtomicFile.TemporaryOf(to);
        try
        {
            long length;
            using (FileStream source = File.OpenRead(from))
            using (FileStream target = AtomicFile.Open(temporary, FileMode.Create, FileAccess.Write, 1 << 20))
            {
                source.CopyTo(target);
                target.Flush(flushToDisk: true);
                length = source.Length;
            }

            if (new FileInfo(temporary).Length != length)
            {
                throw new IOException($"its copy differs in length from the {length:N0} bytes of the file");
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(from));
            }

            File.SetLastWriteTimeUtc(temporary, File.GetLastWriteTimeUtc(from));
            File.Move(temporary, to, overwrite: false);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static bool AreOnOneFileSystem(string file, string folder)
        => OperatingSystem.IsWindows()
            ? string.Equals(Path.GetPathRoot(file), Path.GetPathRoot(folder), StringComparison.OrdinalIgnoreCase)
            : FileStatus.Get(file)?.Device is { } device && device == FileStatus.Get(folder)?.Device;

    private void PlanItems(IEnumerable<(string Source, string Target)> files)
    {
        var items = new List<TransferItem>();
        var omitted = new List<Omission>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string source, string target) in files)
        {
            string place = PlaceOf(target);
            string? reason = ReasonAgainst(source, mode);
            string from = reason is null ? Path.GetFullPath(source) : source;
            reason ??= !seen.Add(from) ? "it is listed twice"
                : CommandInputs.AreSame(RealPath.Resolve(from), place) ? "it is already there"
                : null;
            if (reason is null)
            {
                items.Add(new TransferItem(from, names.Take(place)));
            }
            else
            {
                omitted.Add(new Omission(source, reason));
            }
        }

        (Items, Omitted) = (items, omitted);
    }

    private string PlaceOf(string target)
    {
        string[] parts = target.Split('/');
        if (parts.Any(part => part is "" or "." or ".." || part.Contains('\0') || Path.GetFileName(part) != part))
        {
            throw new ArgumentException($"'{target}' is not the path of a file below a folder", nameof(target));
        }

        string folder = Path.Join([root, .. parts[..^1]]);
        if (names.IsNewFolder(folder))
        {
            RequireFolder(folder);
        }

        return Path.Join(folder, parts[^1]);
    }

    private void RequireFolder(string folder)
    {
        string? file = folder;
        while (file is not null && !Path.Exists(file))
        {
            file = Path.GetDirectoryName(file);
        }

        if (File.Exists(file))
        {
            throw new ConfigurationException($"{option}: '{file}' is a file, expected a folder");
        }

        if (RealPath.Resolve(folder) != folder)
        {
            throw new ConfigurationException(
                $"{option}: '{folder}' is a link that leads outside '{root}'; remove it or choose another folder");
        }
    }

    private void Transfer(TransferItem item, UndoList? undo)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(item.To)!);
        if (Path.Exists(item.To))
        {
            throw new IOException($"'{item.To}' has appeared in the meantime and is not overwritten");
        }

        undo?.Add(item);
        if (mode == TransferMode.Move)
        {
            Move(item.From, item.To);
        }
        else
        {
            Copy(item.From, item.To);
        }
    }

    private string Summary(int count, UndoList? undo)
        => $"{count} of {Plural.Format(Items.Count, "file")} {Done}"
            + (undo is null ? "" : $" (listed in {undo.Path})");
}
