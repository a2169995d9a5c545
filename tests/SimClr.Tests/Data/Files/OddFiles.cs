using System.Runtime.InteropServices;
using System.Text;

namespace SimClr.Tests.Data;

/// <summary>Makes what .NET cannot: named pipes, and folders whose names are no UTF-8. On Linux.</summary>
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

    /// <summary>A folder "caf\351" (é in Latin-1, as old archives have it) in another.</summary>
    public static void MakeLatin1Folder(string parent)
        => Assert.Equal(0, MakeFolder([.. Encoding.UTF8.GetBytes($"{parent}/caf"), 0xE9, 0], ForAll));

    /// <summary>An empty file whose name is "caf", one byte that is no UTF-8, and ".png", in another.</summary>
    public static void MakeLatin1File(string parent, byte letter)
        => Assert.Equal(0, MakeNode(Latin1File(parent, letter), Regular | ForAll, 0));

    public static void RemoveLatin1File(string parent, byte letter) => Assert.Equal(0, Remove(Latin1File(parent, letter)));

    /// <summary>The same folder's file.</summary>
    public static void RemoveLatin1Folder(string parent)
        => Assert.Equal(0, RemoveFolder([.. Encoding.UTF8.GetBytes($"{parent}/caf"), 0xE9, 0]));

    private static byte[] Latin1File(string parent, byte letter)
        => [.. Encoding.UTF8.GetBytes($"{parent}/caf"), letter, .. ".png\0"u8];

    /// <summary>A second name of a file; 0 where it was made.</summary>
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
