namespace SimClr.Data;

/// <summary>What was fetched.</summary>
/// <param name="Folder">Where the set is.</param>
/// <param name="Bytes">What its files took to download; 0 where all of it was there.</param>
/// <param name="AlreadyPresent">Whether nothing had to be fetched.</param>
public sealed record DownloadedSet(string Folder, long Bytes, bool AlreadyPresent);

/// <summary>Fetches an image set: each file, its checksum, and unpacks it beside and then into its place.</summary>
/// <param name="client">Follows redirects.</param>
/// <param name="pause">Waited after a try that fails.</param>
public sealed class SetDownload(HttpClient client, TimeSpan pause)
{
    private const string WorkFolder = ".download";
    private const string DoneMark = ".done";   // Its lines are what came of the archive.
    private const long Megabyte = 1_000_000;

    /// <summary>Fetches what is not there yet.</summary>
    /// <param name="set">What to fetch.</param>
    /// <param name="folder">Where it goes. Nothing outside it is written; archives and unfinished work are in <c>.download</c> in it.</param>
    /// <param name="mirror">Where files of the same names are instead; null for the official addresses.</param>
    /// <param name="progress">Told file and bytes.</param>
    /// <param name="cancel">Stops; the next call goes on.</param>
    /// <exception cref="DataException">It cannot be had, is not what it should be, or does not fit on the disk.</exception>
    public async Task<DownloadedSet> RunAsync(
        RemoteSet set, string folder, Uri? mirror, Action<RemoteFile, long>? progress = null, CancellationToken cancel = default)
    {
        string[] there = [.. set.Contents.Where(name => IsOccupied(Path.Join(folder, name)))];
        if (there.Length == set.Contents.Length)
        {
            return new DownloadedSet(folder, 0, true);
        }

        string work = Path.Join(folder, WorkFolder, set.Name);   // Of its own: other sets may be on their way to the same folder.
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

            Uri address = mirror is null ? new Uri(file.Address) : new Uri($"{mirror.ToString().TrimEnd('/')}/{file.Name}");
            var report = new Reporter(done => progress?.Invoke(file, done));
            await new FileDownload(client, pause)
                .FetchAsync(address, archive, file.Md5, (2 * file.Megabytes * Megabyte) + (64 * Megabyte), report, cancel).ConfigureAwait(false);
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

    /// <summary>Tells before anything is fetched that an archive would unpack to what is there already, from elsewhere.</summary>
    private static void RequireNoConflict(RemoteSet set, string folder, string work, string[] there)
    {
        IEnumerable<string> own = set.Files.Select(file => Path.Join(work, $"{file.Name}{DoneMark}")).Where(File.Exists).SelectMany(File.ReadLines);
        string[] foreign = [.. there.Except(own).Except(set.Files.Where(file => file.KeepArchive).Select(file => file.Name))];
        if (foreign.Length > 0)
        {
            throw new DataException(
                $"'{folder}' holds {string.Join(", ", foreign)}, but not {string.Join(", ", set.Contents.Except(there))}: part of {set.Title} that this command did not put there. "
                    + "Nothing was fetched; remove that part, or choose another output folder");
        }
    }

    private static long BytesNeeded(RemoteSet set, string work)
        => set.Files.Sum(file => file.Megabytes * Megabyte * (file.KeepArchive ? 1L : 2L))
            - Directory.EnumerateFiles(work).Sum(file => new FileInfo(file).Length);

    /// <summary>Puts what was fetched into its place, and gives back its names there.</summary>
    private static string[] Install(RemoteFile file, string archive, string folder, string work, CancellationToken cancel)
    {
        try
        {
            return InstallOrFail(file, archive, folder, work, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{file.Name} cannot be unpacked in '{folder}': {error.Message}. What was fetched is kept: make room, or see who may write there, "
                    + "and the same command goes on", error);
        }
    }

    private static string[] InstallOrFail(RemoteFile file, string archive, string folder, string work, CancellationToken cancel)
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
            throw new DataException($"{file.Name}: got no {file.Inner} in it, expected one");
        }

        SafeArchive.Unpack(inner, Path.GetDirectoryName(inner)!, cancel);
        File.Delete(inner);
    }

    private static string[] MoveInto(string unpacked, string folder)
    {
        string[] names = [.. Directory.GetFileSystemEntries(unpacked).Select(path => Path.GetFileName(path)!)];
        if (names.FirstOrDefault(name => IsOccupied(Path.Join(folder, name))) is { } taken)
        {
            throw new DataException($"'{Path.Join(folder, taken)}' exists already; remove it, or choose another output folder");
        }

        foreach (string name in names)
        {
            string target = Path.Join(folder, name);
            Remove(target);   // An empty folder; anything else was refused.
            Directory.Move(Path.Join(unpacked, name), target);
        }

        return names;
    }

    /// <summary>Whether something is there; an empty folder is nothing.</summary>
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
