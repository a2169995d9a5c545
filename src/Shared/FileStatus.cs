using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// File properties that Linux reports and .NET does not: the kind, and the number shared by all names of a file (hard
/// links and, on case-insensitive file systems, the same name in different letter case).
/// </summary>
/// <param name="Kind">The kind of file.</param>
/// <param name="Device">The file system.</param>
/// <param name="Number">
/// The number of the file in the file system; 0 if there is none, as on some network file systems.
/// </param>
/// <param name="Size">Bytes; −1 if the file system does not report them.</param>
[SharedSource]
internal readonly partial record struct FileStatus(FileKind Kind, ulong Device, ulong Number, long Size)
{
    private const int CurrentFolder = -100;   // AT_FDCWD
    private const int NotThroughLinks = 0x100;   // AT_SYMLINK_NOFOLLOW
    private const uint Type = 1;   // STATX_TYPE
    private const uint Inode = 0x100;   // STATX_INO
    private const uint Length = 0x200;   // STATX_SIZE

    // Unlike struct stat, struct statx has the same layout on every processor.
    private const int Bytes = 256;
    private const int ModeAt = 28;
    private const int InodeAt = 32;
    private const int SizeAt = 40;
    private const int DeviceAt = 136;
    private const int TypeMask = 0xF000;

    /// <summary>A value shared by all names of a file and by no other file; null if the file has no number.</summary>
    public (ulong Device, ulong Number)? Identity => Number == 0 ? null : (Device, Number);

    /// <summary>Queries the status of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="throughLinks">
    /// Whether to query the target of a symbolic link, rather than the link. Default: true.
    /// </param>
    /// <returns>Null if there is no such file, it cannot be queried, or the system is not Linux.</returns>
    public static FileStatus? Get(string path, bool throughLinks = true)
    {
        if (!OperatingSystem.IsLinux() || path.Contains('\0'))
        {
            return null;
        }

        Span<byte> status = stackalloc byte[Bytes];
        status.Clear();
        try
        {
            int flags = throughLinks ? 0 : NotThroughLinks;
            if (Statx(CurrentFolder, path, flags, Type | Inode | Length, ref MemoryMarshal.GetReference(status)) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;   // An older C library.
        }

        uint known = MemoryMarshal.Read<uint>(status);
        int type = (MemoryMarshal.Read<ushort>(status[ModeAt..]) & TypeMask) >> 12;
        return new FileStatus(
            (known & Type) == 0 ? FileKind.Unknown : KindOf(type),
            MemoryMarshal.Read<ulong>(status[DeviceAt..]),
            (known & Inode) == 0 ? 0 : MemoryMarshal.Read<ulong>(status[InodeAt..]),
            (known & Length) == 0 ? -1 : MemoryMarshal.Read<long>(status[SizeAt..]));
    }

    /// <summary>The kind by its number, which is the same in a file's mode and in folder entries.</summary>
    internal static FileKind KindOf(int type) => Enum.IsDefined((FileKind)type) ? (FileKind)type : FileKind.Unknown;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

/// <summary>The kind of a folder entry, with the numbers that Linux uses.</summary>
[SharedSource]
internal enum FileKind
{
    /// <summary>Not reported by the system.</summary>
    Unknown = 0,

    /// <summary>A named pipe.</summary>
    Pipe = 1,

    /// <summary>A character device, such as a terminal.</summary>
    CharacterDevice = 2,

    /// <summary>A folder.</summary>
    Folder = 4,

    /// <summary>A block device, such as a disk.</summary>
    BlockDevice = 6,

    /// <summary>A regular file.</summary>
    File = 8,

    /// <summary>A symbolic link.</summary>
    Link = 10,

    /// <summary>A socket.</summary>
    Socket = 12,
}
