using System.IO.Compression;
using System.Text;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Unpacks tar, gzipped tar and zip files from untrusted sources: only folders and regular files, all inside the
/// target. Names that lead outside or are too long, links, devices, and more content than an archive of that size can
/// plausibly hold are rejected.
/// </summary>
internal static class SafeArchive
{
    private const int MaxExpansion = 20;
    private const long Allowance = 64L << 20;
    private const int MaxNameBytes = 255;   // The limit of all common file systems.
    private const int MaxPathBytes = 4095;   // The limit of Linux, without the final NUL.

    private delegate int ReadContent(Span<byte> buffer);

    /// <summary>Unpacks into an empty folder.</summary>
    /// <param name="file">The archive, named <c>.tar</c>, <c>.tar.gz</c>, <c>.tgz</c> or <c>.zip</c>.</param>
    /// <param name="folder">The target folder, which must exist.</param>
    /// <param name="cancel">A token that cancels between files.</param>
    /// <exception cref="DataException">
    /// The archive is damaged or has rejected content; part of it may have been unpacked.
    /// </exception>
    /// <exception cref="IOException">
    /// The archive cannot be read, or a file cannot be written: the disk may be full.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The archive cannot be read, or a file cannot be written, for lack of permission.
    /// </exception>
    public static void Unpack(string file, string folder, CancellationToken cancel = default)
    {
        string name = Path.GetFileName(file);
        long left = (FileSize.Get(file) * MaxExpansion) + Allowance;
        try
        {
            bool isZip = name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
            foreach ((string path, ReadContent? content) in isZip ? Zip(file, Spend) : Tar(file, Spend))
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
                Copy(content, target);
            }
        }
        catch (Exception error) when (IsArchiveError(error))
        {
            throw new DataException($"{name}: the archive is damaged ({error.Message})", error);
        }

        void Spend(long bytes)
        {
            left -= bytes;
            if (left < 0)
            {
                throw new DataException(
                    $"{name}: it unpacks to more than {MaxExpansion} times its size, which no data "
                        + "set does; nothing was kept");
            }
        }
    }

    /// <summary>
    /// Returns whether the archive is at fault: the framework's readers throw many kinds of exceptions for damaged
    /// data.
    /// </summary>
    private static bool IsArchiveError(Exception error) => error is EndOfStreamException
        || error is not (IOException or UnauthorizedAccessException or SimClrException or OperationCanceledException
            or OutOfMemoryException);

    private static IEnumerable<(string Path, ReadContent? Content)> Zip(string file, Action<long> spend)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            int kind = (entry.ExternalAttributes >> 16) & 0xF000;   // The Unix file type; else 0.
            if (kind is not (0 or 0x8000 or 0x4000))
            {
                throw Rejection(Path.GetFileName(file), entry.FullName, "a link or a device");
            }

            if (entry.FullName.EndsWith('/'))
            {
                yield return (entry.FullName, null);
                continue;
            }

            using Stream content = entry.Open();
            (var checksum, long length) = (new Crc32(), 0L);
            yield return (entry.FullName, buffer =>
            {
                int read = content.Read(buffer);
                checksum.Append(buffer[..read]);
                length += read;
                spend(read);
                return read > 0 || (checksum.Value == entry.Crc32 && length == entry.Length)
                    ? read
                    : throw new InvalidDataException($"the checksum of {entry.FullName} does not match");
            }
            );
        }
    }

    private static IEnumerable<(string Path, ReadContent? Content)> Tar(string file, Action<long> spend)
    {
        using FileStream stream = RegularFile.OpenRead(file);
        using Stream plain = file.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) ? stream
            : new GZipStream(stream, CompressionMode.Decompress);
        var headers = new TarHeaders(plain, spend);
        while (headers.Next() is { } header)
        {
            yield return header.Kind switch
            {
                TarKind.Folder => (header.Name, null),
                TarKind.File => (header.Name, headers.Read),
                TarKind.HardLink or TarKind.SymbolicLink
                    => throw Rejection(Path.GetFileName(file), header.Name, "a link"),
                _ => throw Rejection(Path.GetFileName(file), header.Name, "a device, a pipe or something unknown"),
            };
        }
    }

    /// <summary>Returns whether an entry is metadata that macOS adds beside files.</summary>
    private static bool IsLitter(string path)
        => path.StartsWith("__MACOSX/", StringComparison.Ordinal)
            || Path.GetFileName(path).StartsWith("._", StringComparison.Ordinal);

    private static string Inside(string folder, string path, string archive)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path.Length == 0
            || path[0] == '/'
            || path.AsSpan().IndexOfAny('\\', ':', '\0') >= 0
            || parts.Contains(".."))
        {
            throw Rejection(archive, path, "a name that may lead outside");
        }

        if (parts.Any(part => Encoding.UTF8.GetByteCount(part) > MaxNameBytes))
        {
            throw Rejection(archive, Shorten(path), $"a name of more than {MaxNameBytes} bytes");
        }

        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string target = Path.GetFullPath(Path.Join([root, .. parts]));
        return Encoding.UTF8.GetByteCount(target) > MaxPathBytes
            ? throw Rejection(archive, Shorten(path), $"a path that takes more than {MaxPathBytes} bytes here")
            : target == root || target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? target
            : throw Rejection(archive, path, "a name that leads outside");
    }

    /// <summary>
    /// Rejects a file whose name exists already, a folder where a file is, and a file where a folder is.
    /// </summary>
    private static void RequireNew(string target, string folder, string path, bool isFolder, string archive)
    {
        bool taken = isFolder ? File.Exists(target) : File.Exists(target) || Directory.Exists(target);
        for (string? parent = Path.GetDirectoryName(target); parent?.Length > folder.Length
            && !taken; parent = Path.GetDirectoryName(parent))
        {
            taken = File.Exists(parent);
        }

        if (taken)
        {
            throw new DataException(
                $"{archive}: it holds '{path}' twice, or as a file and as a folder; expected each name once. "
                    + "Nothing was kept; is this the archive that its authors published?");
        }
    }

    private static void Copy(ReadContent content, string target)
    {
        using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = content(buffer)) > 0;)
        {
            file.Write(buffer, 0, read);
        }
    }

    private static string Shorten(string path) => path.Length > 60 ? path[..60] + "…" : path;

    private static DataException Rejection(string archive, string entry, string what)
        => new($"{archive}: it holds '{entry}', {what}; expected only folders and plain files. Nothing was kept");
}
