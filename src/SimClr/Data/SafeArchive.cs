using System.Formats.Tar;
using System.IO.Compression;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Unpacks tar, gzipped tar and zip files from somewhere else: only folders and plain files, all inside the target. A name that
/// leads out of it, a link or a device is refused, and so is more than an archive of that size can honestly hold.
/// </summary>
internal static class SafeArchive
{
    private const int MostExpansion = 20;
    private const long Allowance = 64L << 20;

    /// <summary>Unpacks into an empty folder.</summary>
    /// <param name="file">Named .tar, .tar.gz, .tgz or .zip.</param>
    /// <param name="folder">Exists.</param>
    /// <param name="cancel">Stops between files.</param>
    /// <exception cref="DataException">It is damaged, or holds what is refused; some of it may have been unpacked.</exception>
    public static void Unpack(string file, string folder, CancellationToken cancel = default)
    {
        string name = Path.GetFileName(file);
        long left = (FileSize.Of(file) * MostExpansion) + Allowance;
        try
        {
            foreach ((string path, Stream? content) in name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? Zip(file) : Tar(file))
            {
                cancel.ThrowIfCancellationRequested();
                if (IsLitter(path))
                {
                    continue;
                }

                string target = Inside(folder, path, name);
                RequireNew(target, folder, path, content is null, name);
                if (content is null)
                {
                    Directory.CreateDirectory(target);
                    continue;
                }

                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                left = Copy(content, target, left, name);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new DataException($"{name}: the archive is damaged ({error.Message})", error);
        }
    }

    private static IEnumerable<(string Path, Stream? Content)> Zip(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            int kind = (entry.ExternalAttributes >> 16) & 0xF000;   // As Unix writes it; 0 elsewhere.
            if (kind is not (0 or 0x8000 or 0x4000))
            {
                throw Refused(Path.GetFileName(file), entry.FullName, "a link or a device");
            }

            if (entry.FullName.EndsWith('/'))
            {
                yield return (entry.FullName, null);
                continue;
            }

            using Stream content = entry.Open();
            yield return (entry.FullName, content);
        }
    }

    private static IEnumerable<(string Path, Stream? Content)> Tar(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using Stream plain = file.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) ? stream : new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new TarReader(plain);
        while (reader.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    yield return (entry.Name, null);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    yield return (entry.Name, entry.DataStream ?? Stream.Null);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw Refused(Path.GetFileName(file), entry.Name, $"{entry.EntryType}");
            }
        }
    }

    /// <summary>What macOS leaves beside files.</summary>
    private static bool IsLitter(string path)
        => path.StartsWith("__MACOSX/", StringComparison.Ordinal) || Path.GetFileName(path).StartsWith("._", StringComparison.Ordinal);

    private static string Inside(string folder, string path, string archive)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path.Length == 0 || path[0] == '/' || path.AsSpan().IndexOfAny('\\', ':', '\0') >= 0 || parts.Contains(".."))
        {
            throw Refused(archive, path, "a name that may lead outside");
        }

        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string target = Path.GetFullPath(Path.Join([root, .. parts]));
        return target == root || target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? target
            : throw Refused(archive, path, "a name that leads outside");
    }

    /// <summary>Refuses a file of a name that was there before, a folder where a file is, and a file where a folder is.</summary>
    private static void RequireNew(string target, string folder, string path, bool isFolder, string archive)
    {
        bool taken = isFolder ? File.Exists(target) : File.Exists(target) || Directory.Exists(target);
        for (string? parent = Path.GetDirectoryName(target); parent?.Length > folder.Length && !taken; parent = Path.GetDirectoryName(parent))
        {
            taken = File.Exists(parent);
        }

        if (taken)
        {
            throw new DataException($"{archive}: it holds '{path}' twice, or as a file and as a folder; expected each name once. Nothing was kept; is the archive what its authors published?");
        }
    }

    private static long Copy(Stream content, string target, long left, string archive)
    {
        using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            left -= read;
            if (left < 0)
            {
                throw new DataException($"{archive}: it unpacks to more than {MostExpansion} times its size, which no set of images does; nothing was kept");
            }

            file.Write(buffer, 0, read);
        }

        return left;
    }

    private static DataException Refused(string archive, string entry, string what)
        => new($"{archive}: it holds '{entry}', {what}; expected only folders and plain files inside. Nothing was kept");
}
