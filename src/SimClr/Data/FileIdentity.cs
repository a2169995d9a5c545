using System.Runtime.InteropServices;

namespace SimClr.Data;

/// <summary>
/// Tells whether two paths lead to one file: through symbolic links, and on Linux through hard links too, which only the
/// system can tell from copies.
/// </summary>
internal static unsafe partial class FileIdentity
{
    private const int FromWorkingFolder = -100;
    private const uint InodeWanted = 0x100;

    // The kernel's struct statx, which is the same on every architecture.
    private const int StatusBytes = 256;
    private const int Mask = 0;
    private const int Inode = 32;
    private const int DeviceMajor = 136;
    private const int DeviceMinor = 140;

    /// <summary>The same text for all paths of a file, another for every other file.</summary>
    /// <param name="path">A file that is there.</param>
    public static string Of(string path) => OperatingSystem.IsLinux() && NumberOf(path) is { } number ? number : RealOf(path);

    /// <summary>Whether a path is the file's own, without a symbolic link on the way.</summary>
    public static bool IsOwnPath(string path) => RealOf(path) == Path.GetFullPath(path);

    private static string? NumberOf(string path)
    {
        byte* status = stackalloc byte[StatusBytes];
        try
        {
            return Stat(FromWorkingFolder, path, 0, InodeWanted, status) == 0 && (*(uint*)(status + Mask) & InodeWanted) != 0
                && *(ulong*)(status + Inode) is > 0 and var inode
                    ? $"{*(uint*)(status + DeviceMajor)}:{*(uint*)(status + DeviceMinor)}:{inode}"
                    : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;   // A C library without it.
        }
    }

    private static string RealOf(string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Path.GetFullPath(path);
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, byte* status);
}
