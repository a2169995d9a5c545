namespace SimClr.Data;

/// <summary>A downloaded data set.</summary>
/// <param name="Folder">The folder of the set.</param>
/// <param name="Bytes">The number of bytes downloaded; 0 if the set was already present.</param>
/// <param name="AlreadyPresent">Whether the set was already present.</param>
public sealed record DownloadedSet(string Folder, long Bytes, bool AlreadyPresent);

/// <summary>
/// Downloads a data set: fetches each file, verifies its checksum, unpacks it into a work folder and moves the contents
/// into place.
/// </summary>
/// <param name="client">A client that follows redirects.</param>
/// <param name="pause">The pause after the first failed attempt.</param>
public sealed class SetDownload(HttpClient client, TimeSpan pause)
{
    private const string WorkFolder = ".download";
    private const string DoneMark = ".done";   // The file lists what was unpacked from the archive.
    private const long Megabyte = 1_000_000;

    /// <summary>Downloads the missing files of a set.</summary>
    /// <param name="set">The set to download.</param>
    /// <param name="folder">
    /// The target folder. Nothing outside it is written; its subfolder <c>.download</c> holds archives and unfinished
    /// work.
    /// </param>
    /// <param name="mirror">
    /// The address of a folder with files of the same names; null for the official addresses.
    /// </param>
    /// <param name="progress">An action that receives the file and the number of its bytes on disk.</param>
    /// <param name="cancel">A token that cancels the download; the next call resumes it.</param>
    /// <exception cref="DataException">
    /// The set cannot be downloaded, does not match its checksums, or does not fit on the disk.
    /// </exception>
    public async Task<DownloadedSet> RunAsync(
        RemoteSet set,
        string folder,
        Uri? mirror,
        Action<RemoteFile, long>? progress = null,
        CancellationToken cancel = default)
    {
        string[] there = [.. set.Contents.Where(name => IsOccupied(Path.Join(folder, name)))];
        if (there.Length == set.Contents.Length)
        {
            return new DownloadedSet(folder, 0, true);
        }

        string work = Path.Join(folder, WorkFolder, set.Name);   // Not shared with other sets in the folder.
        RequireNoConflict(set, folder, work, there);
        Directory.CreateDirectory(work);
        DiskSpace.Require(folder, BytesNeeded(set, work), $"{set.Title}, archive and unpacked,");
        long bytes = 0;
        foreach (RemoteFile file in set.Files)
        {
            string archive = Path.Join(work, file.Name);
            string done = archive + DoneMark;
            if (File.Exists(done))
            {
                continue;
            }

            Uri address = mirror is null
                ? new Uri(file.Address)
                : new Uri($"{mirror.ToString().TrimEnd('/')}/{file.Name}");
            var report = new Reporter(done => progress?.Invoke(file, done));
            await new FileDownload(client, pause)
                .FetchAsync(
                    address,
                    archive,
                    FileChecksum.Md5(file.Md5),
                    (2 * file.Megabytes * Megabyte) + (64 * Megabyte),
                    report,
                    cancel)
                .ConfigureAwait(false);
            bytes += new FileInfo(archive).Length;
            string[] placed = Install(file, archive, folder, work, cancel);
            await File.WriteAllLinesAsync(done, placed, cancel).ConfigureAwait(false);
        }

        Directory.Delete(work, recursive: true);
        if (!Directory.EnumerateFileSystemEntries(Path.Join(folder, WorkFolder)).Any())
        {
            Directory.Delete(Path.Join(folder, WorkFolder));
        }

        return new DownloadedSet(folder, bytes, false);
    }

    /// <summary>
    /// Requires, before anything is downloaded, that no archive would unpack onto existing files from another source.
    /// </summary>
    private static void RequireNoConflict(RemoteSet set, string folder, string work, string[] there)
    {
        IEnumerable<string> own = set.Files.Select(file => Path.Join(work, $"{file.Name}{DoneMark}"))
            .Where(File.Exists)
            .SelectMany(File.ReadLines);
        string[] foreign = [.. there.Except(own)
            .Except(set.Files.Where(file => file.KeepArchive).Select(file => file.Name))];
        if (foreign.Length > 0)
        {
            throw new DataException(
                $"'{folder}' holds {string.Join(", ", foreign)}, but not "
                    + $"{string.Join(", ", set.Contents.Except(there))}: part of {set.Title} that this command did not "
                    + "put there. Nothing was fetched; remove that part, or choose another output folder");
        }
    }

    private static long BytesNeeded(RemoteSet set, string work)
        => set.Files.Sum(file => file.Megabytes * Megabyte * (file.KeepArchive ? 1L : 2L))
            - Directory.EnumerateFiles(work).Sum(file => new FileInfo(file).Length);

    /// <summary>
    /// Moves a downloaded file, or the contents of an archive, into place and returns the resulting names.
    /// </summary>
    private static string[] Install(
        RemoteFile file, string archive, string folder, string work, CancellationToken cancel)
    {
        try
        {
            return InstallOrFail(file, archive, folder, work, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{file.Name} cannot be unpacked in '{folder}': {error.Message}. The download is kept: "
                    + "make room or check the permissions, and run the same command again to resume", error);
        }
    }

    private static string[] InstallOrFail(
        RemoteFile file, string archive, string folder, string work, CancellationToken cancel)
    {
        if (file.KeepArchive)
        {
            File.Move(archive, Path.Join(folder, file.Name), overwrite: true);
            return [file.Name];
        }

        string unpacked = Path.Join(work, "unpacked");
        Remove(unpacked);
        Directory.CreateDirectory(unpacked);
        try
        {
            try
            {
                SafeArchive.Unpack(archive, unpacked, cancel);
                UnpackInner(file, unpacked, cancel);
            }
            catch (DataException)
            {
                File.Delete(archive);
                throw;
            }

            string[] placed = MoveInto(unpacked, folder);
            File.Delete(archive);
            return placed;
        }
        finally
        {
            Remove(unpacked);
        }
    }

    private static void UnpackInner(RemoteFile file, string unpacked, CancellationToken cancel)
    {
        if (file.Inner is null)
        {
            return;
        }

        string inner = Path.Join(unpacked, file.Inner);
        if (!File.Exists(inner))
        {
            throw new DataException($"{file.Name}: expected {file.Inner} in the archive, got none");
        }

        SafeArchive.Unpack(inner, Path.GetDirectoryName(inner)!, cancel);
        File.Delete(inner);
    }

    private static string[] MoveInto(string unpacked, string folder)
    {
        string[] names = [.. Directory.GetFileSystemEntries(unpacked).Select(path => Path.GetFileName(path)!)];
        if (names.FirstOrDefault(name => IsOccupied(Path.Join(folder, name))) is { } taken)
        {
            throw new DataException(
                $"'{Path.Join(folder, taken)}' exists already; remove it, or choose another output folder");
        }

        foreach (string name in names)
        {
            string target = Path.Join(folder, name);
            Remove(target);   // At most an empty folder; anything else was rejected.
            Directory.Move(Path.Join(unpacked, name), target);
        }

        return names;
    }

    /// <summary>Returns whether a path exists and is not an empty folder.</summary>
    private static bool IsOccupied(string path)
        => File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Reporter(Action<long> take) : IProgress<long>
    {
        public void Report(long value) => take(value);
    }
}
