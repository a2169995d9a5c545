using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>
/// The number that a file system gives a file, which all of its names share: hard links, and on file systems that ignore case
/// the same name in other letters.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Number">The file on it.</param>
internal readonly partial record struct FileNumber(ulong Device, ulong Number)
{
    private const int CurrentFolder = -100;
    private const uint WithNumber = 0x100;
    private const int BufferBytes = 256;
    private const int NumberAt = 32;
    private const int DeviceAt = 136;

    /// <summary>The number of a file, behind a symbolic link that of its target; null where there is none or the system is not Linux.</summary>
    public static FileNumber? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // The layout of struct statx is the same on every processor, unlike that of struct stat.
        Span<byte> buffer = stackalloc byte[BufferBytes];
        buffer.Clear();
        try
        {
            // Some network file systems give no number, or 0 for every file.
            return Statx(CurrentFolder, path, 0, WithNumber, ref MemoryMarshal.GetReference(buffer)) == 0
                && (MemoryMarshal.Read<uint>(buffer) & WithNumber) != 0
                && MemoryMarshal.Read<ulong>(buffer[NumberAt..]) != 0
                ? new FileNumber(MemoryMarshal.Read<ulong>(buffer[DeviceAt..]), MemoryMarshal.Read<ulong>(buffer[NumberAt..]))
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;   // An older C library.
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte buffer);
}
