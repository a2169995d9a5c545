using System.Net.Sockets;
using SimClr.Data;

namespace SimClr.Tests.Data;

/// <summary>Unusable entries beside images are left out and named, and the rest is used.</summary>
public sealed class FolderScanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Jpegs_are_known_by_their_other_extensions()
    {
        folder.Write("1.jfif", Images.Png(1));
        folder.Write("2.JPE", Images.Png(2));
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open(folder.Path)));
    }

    [Fact]
    public void Images_of_unsupported_formats_are_counted_by_extension()
    {
        folder.Write("1.png", Images.Png(1));
        foreach (string other
            in new[] { "a.HEIC", "b/c.heic", "d.Tiff", "notes.txt", "list.csv", "README", "e.json", ".hidden.heic" })
        {
            folder.Write(other, "x");
        }

        Omissions omissions = DataSets.Open(folder.Path).Omissions;
        Assert.Equal("2 .heic, 1 .tiff", omissions.UnsupportedFormatsText());
        Assert.Empty(omissions.Folders);
        Assert.Equal("2 .heic, 1 .tiff", DataSets.Open(folder.Path).Subset([0]).Omissions.UnsupportedFormatsText());
    }

    [Fact]
    public void Without_any_readable_image_the_formats_are_named()
    {
        folder.Write("a.heic", "x");
        var error = Assert.Throws<DataException>(() => DataSets.Open(folder.Path));
        Assert.Contains(
            "no image among 1 file(s) (1 .heic, which are not supported)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_whose_name_is_not_utf8_is_skipped_and_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names are bytes on Linux only");
        folder.Write("ok/1.png", Images.Png(1));
        OddFiles.MakeLatin1Folder(folder.Path);
        try
        {
            using ImageDataSet set = DataSets.Open(folder.Path);
            Assert.Equal([1], Images.NumbersOf(set));
            Omission omission = Assert.Single(set.Omissions.Folders);
            Assert.Equal($"{folder.Path}/caf\uFFFD/", omission.Path);
            Assert.Contains("not UTF-8", omission.Reason, StringComparison.Ordinal);
        }
        finally
        {
            OddFiles.RemoveLatin1Folder(folder.Path);
        }
    }

    [Fact]
    public void Files_whose_names_are_not_utf8_are_counted_separately()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names are bytes on Linux only");
        folder.Write("1.png", Images.Png(1));
        byte[] letters = [0xE8, 0xE9, 0xEA];
        Array.ForEach(letters, letter => OddFiles.MakeLatin1File(folder.Path, letter));
        try
        {
            using ImageDataSet set = DataSets.Open(folder.Path);
            var skipped = new SkippedImages(set, new DataOptions { MaxSkipped = 1 });
            for (int index = 1; index < set.Count; index++)
            {
                skipped.Add(Assert.Throws<UnreadableImageException>(() => set.Read(index)));
            }

            Assert.Equal((4, 3), (set.Count, skipped.Count));
            Assert.All(
                skipped.Lines().TrimEnd().Split('\n'),
                line => Assert.Contains("not UTF-8", line, StringComparison.Ordinal));
        }
        finally
        {
            Array.ForEach(letters, letter => OddFiles.RemoveLatin1File(folder.Path, letter));
        }
    }

    [Fact]
    public void An_unlistable_folder_is_skipped_and_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "root may list everything");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        folder.Write("ok/1.png", Images.Png(1));
        folder.Write("shut/2.png", Images.Png(2));
        File.SetUnixFileMode(folder.PathOf("shut"), UnixFileMode.None);
        try
        {
            using ImageDataSet set = DataSets.Open(folder.Path);
            Assert.Equal([1], Images.NumbersOf(set));
            Assert.Contains("permission denied", Assert.Single(set.Omissions.Folders).Reason, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(
                folder.PathOf("shut"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void The_folder_itself_must_exist()
    {
        string shut = folder.PathOf("nowhere");
        Assert.Throws<DataException>(() => DataSets.Open(shut));
    }

    [Fact]
    public void Pipes_sockets_and_devices_with_the_name_of_an_image_are_skipped_and_counted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        folder.Write("1.png", Images.Png(1));
        OddFiles.MakePipe(folder.PathOf("pipe.jpg"));
        File.CreateSymbolicLink(folder.PathOf("zero.jpg"), "/dev/zero");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.PathOf("socket.jpg")));
        using ImageDataSet set = DataSets.Open(folder.Path);
        Assert.Equal([1], Images.NumbersOf(set));
        Assert.Equal(
            [
                "pipe.jpg: it is a named pipe, not a file",
                "socket.jpg: it is a socket, not a file",
                "zero.jpg: it is a device, not a file",
            ],
            set.Omissions.SpecialFiles.Select(odd => $"{Path.GetFileName(odd.Path)}: {odd.Reason}"));

        var skipped = new SkippedImages(set);
        skipped.CheckAll();   // Three skipped entries beside one image, but they do not count as images of the set.
        Assert.Equal(3, skipped.Count);
        Assert.Contains(
            "pipe.jpg\",\"reason\":\"it is a named pipe, not a file\"", skipped.Lines(), StringComparison.Ordinal);
        skipped.Merge(skipped.Lines());
        Assert.Equal(3, skipped.Count);
    }

    [Fact]
    public void A_manifest_may_name_a_pipe_or_be_one_without_blocking()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        folder.Write("1.png", Images.Png(1));
        OddFiles.MakePipe(folder.PathOf("pipe.jpg"));
        using ImageDataSet set = DataSets.Open(folder.Write("list.csv", "path\n1.png\npipe.jpg\n"));
        var error = Assert.Throws<UnreadableImageException>(() => set.Read(1));
        Assert.Contains("is a named pipe", error.Reason, StringComparison.Ordinal);
        var manifest = Assert.Throws<DataException>(() => DataSets.Open(OddFiles.MakePipe(folder.PathOf("pipe.csv"))));
        Assert.Contains("it is a named pipe, not a file", manifest.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stray_image_beside_class_folders_is_named()
    {
        folder.Write("cat/1.png", Images.Png(1));
        folder.Write("dog/2.png", Images.Png(2));
        folder.Write("readme.png", Images.Png(3));
        using ImageDataSet set = DataSets.Open(folder.Path);
        Assert.Null(set.Labels);
        var error = Assert.Throws<DataException>(() => set.RequireLabels());
        Assert.Contains(
            "'readme.png' is not in a class folder (1 of 3 images)", error.Message, StringComparison.Ordinal);
    }
}
