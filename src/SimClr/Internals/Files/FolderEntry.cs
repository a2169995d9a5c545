using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// A name in a folder, but for hidden ones, and its kind. On Linux the folder itself says the kind of each name; .NET
/// knows and hides it, and would ask the file system for each of a million files.
/// </summary>
/// <param name="Name">The name; where it is not UTF-8, with a sign in its place.</param>
/// <param name="Kind">What it stands for; unknown where the folder does not say.</param>
internal readonly partial record struct FolderEntry(string Name, FileKind Kind)
{
    // struct dirent of 64-bit Linux: inode, place, length of the entry, kind, name.
    private const int KindAt = 18;
    private const int NameAt = 19;

    /// <summary>All names that are not hidden, in no order.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be listed.</exception>
    public static List<FolderEntry> List(string folder)
        => OperatingSystem.IsLinux() && Environment.Is64BitProcess && !folder.Contains('\0')
            ? FromSystem(folder) ?? FromRuntime(folder)
            : FromRuntime(folder);

    /// <summary>As .NET lists a folder: links and folders are known, the rest may be anything.</summary>
    internal static List<FolderEntry> FromRuntime(string folder) =>
    [
        .. new FileSystemEnumerable<FolderEntry>(
            folder,
            (ref FileSystemEntry entry) => new FolderEntry(
                entry.FileName.ToString(),
                entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.Link
                    : entry.IsDirectory ? FileKind.Folder
                    : FileKind.Unknown),
            new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.') && !entry.IsHidden,
        },
    ];

    /// <returns>Null where the folder cannot be listed: .NET finds the words for why.</returns>
    private static List<FolderEntry>? FromSystem(string folder)
    {
        nint stream = OpenFolder(folder);
        if (stream == 0)
        {
            return null;
        }

        var entries = new List<FolderEntry>();
        try
        {
            for (nint entry = ReadFolder(stream); entry != 0; entry = ReadFolder(stream))
            {
                string name = Marshal.PtrToStringUTF8(entry + NameAt)!;
                if (!name.StartsWith('.'))
                {
                    entries.Add(new FolderEntry(name, FileStatus.KindOf(Marshal.ReadByte(entry, KindAt))));
                }
            }

            return Marshal.GetLastPInvokeError() == 0 ? entries : null;
        }
        finally
        {
            _ = CloseFolder(stream);
        }
    }

    [LibraryImport("libc", EntryPoint = "opendir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenFolder(string path);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial nint ReadFolder(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseFolder(nint stream);
}
