using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// What Linux says of a file and .NET does not: its kind, and the number that all of its names share (hard links, and
/// on file systems that ignore case the same name in other letters).
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Device">The file system.</param>
/// <param name="Number">The file on it; 0 where the file system gives none, as some network file systems do.</param>
/// <param name="Size">Bytes; −1 where the file system does not say.</param>
[SharedSource]
internal readonly partial record struct FileStatus(FileKind Kind, ulong Device, ulong Number, long Size)
{
    private const int CurrentFolder = -100;   // AT_FDCWD
    private const int NotThroughLinks = 0x100;   // AT_SYMLINK_NOFOLLOW
    private const uint Type = 1;   // STATX_TYPE
    private const uint Inode = 0x100;   // STATX_INO
    private const uint Length = 0x200;   // STATX_SIZE

    // The layout of struct statx is the same on every processor, unlike that of struct stat.
    private const int Bytes = 256;
    private const int ModeAt = 28;
    private const int InodeAt = 32;
    private const int SizeAt = 40;
    private const int DeviceAt = 136;
    private const int TypeMask = 0xF000;

    /// <summary>The same for all names of a file and for no other; null where there is no such number.</summary>
    public (ulong Device, ulong Number)? Identity => Number == 0 ? null : (Device, Number);

    /// <summary>Asks for it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="throughLinks">Whether what a symbolic link leads to is asked, not the link.</param>
    /// <returns>Null where there is nothing, it cannot be asked, or the system is not Linux.</returns>
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

    /// <summary>The kind by its number, which is the same in a file's mode and in a folder's entries.</summary>
    internal static FileKind KindOf(int type) => Enum.IsDefined((FileKind)type) ? (FileKind)type : FileKind.Unknown;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}

/// <summary>What a name in a folder stands for, with the numbers of Linux.</summary>
[SharedSource]
internal enum FileKind
{
    /// <summary>The system does not say.</summary>
    Unknown = 0,

    /// <summary>A named pipe.</summary>
    Pipe = 1,

    /// <summary>A device that is read byte by byte, such as a terminal.</summary>
    CharacterDevice = 2,

    /// <summary>A folder.</summary>
    Folder = 4,

    /// <summary>A device that is read in blocks, such as a disk.</summary>
    BlockDevice = 6,

    /// <summary>A regular file.</summary>
    File = 8,

    /// <summary>A symbolic link.</summary>
    Link = 10,

    /// <summary>A socket.</summary>
    Socket = 12,
}
