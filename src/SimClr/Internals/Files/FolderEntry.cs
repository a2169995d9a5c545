using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// A name in a folder and its kind; hidden names are left out. On Linux, the folder itself contains the kind of each
/// name; .NET does not expose it and would query the file system for each of a million files.
/// </summary>
/// <param name="Name">The name; bytes that are not UTF-8 are replaced.</param>
/// <param name="Kind">The kind; unknown if the folder does not contain it.</param>
internal readonly partial record struct FolderEntry(string Name, FileKind Kind)
{
    // struct dirent of 64-bit Linux: inode, offset, length of the entry, kind, name.
    private const int KindAt = 18;
    private const int NameAt = 19;

    /// <summary>Returns all names that are not hidden, in no particular order.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">Listing the folder is not permitted.</exception>
    public static List<FolderEntry> List(string folder)
        => OperatingSystem.IsLinux() && Environment.Is64BitProcess && !folder.Contains('\0')
            ? FromSystem(folder) ?? FromRuntime(folder)
            : FromRuntime(folder);

    /// <summary>Lists a folder through .NET, which identifies links and folders; all other kinds are unknown.</summary>
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

    /// <returns>Null if the folder cannot be listed; .NET then reports the reason.</returns>
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
