using System.Runtime.InteropServices;
using System.Text;

namespace SimClr.Tests.Data;

/// <summary>Creates what .NET cannot, on Linux: named pipes, and folders whose names are not valid UTF-8.</summary>
internal static partial class OddFiles
{
    private const uint ForAll = 0x1FF;   // rwxrwxrwx
    private const uint Regular = 0x8000;
    private const uint Socket = 0xC000;

    public static string MakePipe(string path)
    {
        Assert.Equal(0, MakeFifo(path, ForAll));
        return path;
    }

    public static string MakeSocket(string path)
    {
        Assert.Equal(0, MakeNode(path, Socket | ForAll, 0));
        return path;
    }

    /// <summary>Creates a folder "caf\351" (é in Latin-1, as in old archives) in another folder.</summary>
    public static void MakeLatin1Folder(string parent)
        => Assert.Equal(0, MakeFolder([.. Encoding.UTF8.GetBytes($"{parent}/caf"), 0xE9, 0], ForAll));

    /// <summary>
    /// Creates an empty file in a folder; its name is "caf", one byte that is not valid UTF-8, and ".png".
    /// </summary>
    public static void MakeLatin1File(string parent, byte letter)
        => Assert.Equal(0, MakeNode(Latin1File(parent, letter), Regular | ForAll, 0));

    public static void RemoveLatin1File(string parent, byte letter)
        => Assert.Equal(0, Remove(Latin1File(parent, letter)));

    /// <summary>Removes the folder of <see cref="MakeLatin1Folder"/>.</summary>
    public static void RemoveLatin1Folder(string parent)
        => Assert.Equal(0, RemoveFolder([.. Encoding.UTF8.GetBytes($"{parent}/caf"), 0xE9, 0]));

    private static byte[] Latin1File(string parent, byte letter)
        => [.. Encoding.UTF8.GetBytes($"{parent}/caf"), letter, .. ".png\0"u8];

    /// <summary>Creates a second name of a file; returns 0 on success.</summary>
    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int HardLink(string file, string name);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mknod", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "mknod")]
    private static partial int MakeNode(byte[] path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "unlink")]
    private static partial int Remove(byte[] path);

    [LibraryImport("libc", EntryPoint = "mkdir")]
    private static partial int MakeFolder(byte[] path, uint mode);

    [LibraryImport("libc", EntryPoint = "rmdir")]
    private static partial int RemoveFolder(byte[] path);
}
