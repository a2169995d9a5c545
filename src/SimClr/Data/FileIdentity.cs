using System.Runtime.InteropServices;

namespace SimClr.Data;

/// <summary>
/// Tells whether two paths lead to one file: through symbolic links, and on Linux through hard links too, which only the
/// system can tell from copies.
/// </summary>
internal static unsafe partial class FileIdentity
{
    private const int FromWorkingFolder = -100;
    private const uint Inode = 0x100;

    /// <summary>The same text for all paths of a file, another for every other file.</summary>
    /// <param name="path">A file that is there.</param>
    public static string Of(string path)
    {
        Status status;
        try
        {
            if (OperatingSystem.IsLinux() && Stat(FromWorkingFolder, path, 0, Inode, &status) == 0 && (status.Mask & Inode) != 0 && status.Inode != 0)
            {
                return $"{status.DeviceMajor}:{status.DeviceMinor}:{status.Inode}";
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it.
        }

        return RealOf(path);
    }

    /// <summary>Whether a path is the file's own, without a symbolic link on the way.</summary>
    public static bool IsOwnPath(string path) => RealOf(path) == Path.GetFullPath(path);

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
    private static partial int Stat(int folder, string path, int flags, uint mask, Status* status);

    /// <summary>What is read of the kernel's struct statx, which is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
