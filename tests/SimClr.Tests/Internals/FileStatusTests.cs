using System.Net.Sockets;
using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

public sealed class FileStatusTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void All_names_of_a_file_have_one_identity_and_a_copy_has_another()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "asked of Linux");
        string file = folder.Write("file", "text");
        File.CreateSymbolicLink(folder.PathOf("link"), file);
        Assert.Equal(0, OddFiles.HardLink(file, folder.PathOf("häß")));
        File.Copy(file, folder.PathOf("copy"));

        var identity = FileStatus.Get(file)?.Identity;
        Assert.NotNull(identity);
        Assert.Equal(identity, FileStatus.Get(folder.PathOf("link"))?.Identity);
        Assert.Equal(identity, FileStatus.Get(folder.PathOf("häß"))?.Identity);
        Assert.NotEqual(identity, FileStatus.Get(folder.PathOf("copy"))?.Identity);
        Assert.NotEqual(identity, FileStatus.Get(folder.PathOf("link"), throughLinks: false)?.Identity);
        Assert.Null(FileStatus.Get(folder.PathOf("nothing")));
        Assert.Null(FileStatus.Get("a\0b"));
    }

    [Fact]
    public void Listing_a_folder_gives_the_same_kinds_as_individual_queries()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        folder.Write("file.png", "text");
        folder.Write("folder/inner", "text");
        folder.Write(".hidden", "text");
        File.CreateSymbolicLink(folder.PathOf("link"), folder.PathOf("file.png"));
        File.CreateSymbolicLink(folder.PathOf("dangling"), folder.PathOf("nothing"));
        Directory.CreateSymbolicLink(folder.PathOf("linked"), folder.PathOf("folder"));
        OddFiles.MakePipe(folder.PathOf("pipe"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.PathOf("socket")));

        Assert.Equal(
            [
                new("dangling", FileKind.Link), new("file.png", FileKind.File), new("folder", FileKind.Folder),
                new("link", FileKind.Link), new("linked", FileKind.Link), new("pipe", FileKind.Pipe),
                new("socket", FileKind.Socket),
            ],
            Sorted(FolderEntry.List(folder.Path)));
        foreach (FolderEntry entry in FolderEntry.List(folder.Path))
        {
            Assert.Equal(entry.Kind, FileStatus.Get(folder.PathOf(entry.Name), throughLinks: false)?.Kind);
        }

        Assert.Equal(
            Sorted(FolderEntry.List(folder.Path))
                .Select(entry => (entry.Name, entry.Kind == FileKind.Link, entry.Kind == FileKind.Folder)),
            Sorted(FolderEntry.FromRuntime(folder.Path))
                .Select(entry => (entry.Name, entry.Kind == FileKind.Link, entry.Kind == FileKind.Folder)));
    }

    [Fact]
    public void A_missing_folder_is_reported_with_the_runtimes_message()
    {
        Assert.Throws<DirectoryNotFoundException>(() => FolderEntry.List(folder.PathOf("nowhere")));
        Assert.Throws<DirectoryNotFoundException>(() => FolderEntry.List(folder.Write("file", "text")));
    }

    private static FolderEntry[] Sorted(List<FolderEntry> entries)
        => [.. entries.OrderBy(entry => entry.Name, StringComparer.Ordinal)];
}
