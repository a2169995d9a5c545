using System.IO.Pipes;
using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

public sealed class PlainFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Files_and_folders_are_no_other_kind_nor_is_what_is_not_there()
    {
        Assert.Null(PlainFile.OtherKind(folder.Write("file", "text")));
        Assert.Null(PlainFile.OtherKind(folder.Path));
        Assert.Null(PlainFile.OtherKind(folder.Of("nothing")));
        Assert.Null(PlainFile.OtherKind("a\0b"));
        Assert.Null(PlainFile.OtherKind(""));
    }

    [Fact]
    public void A_pipe_and_a_device_are_refused_also_behind_a_link()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        string pipe = OddFiles.MakePipe(folder.Of("häß pipe"));
        File.CreateSymbolicLink(folder.Of("link"), pipe);
        Assert.Equal("a named pipe", PlainFile.OtherKind(pipe));
        Assert.Equal("a device", PlainFile.OtherKind("/dev/zero"));
        foreach (string path in new[] { pipe, folder.Of("link"), "/dev/zero" })
        {
            Assert.Throws<IOException>(() => PlainFile.OpenRead(path));
            Assert.Throws<IOException>(() => PlainFile.OpenText(path));
            Assert.Throws<IOException>(() => PlainFile.ReadAllBytes(path));
        }
    }

    [Fact]
    public void The_output_of_a_command_is_read_as_text()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        writer.Write("path,label\n"u8);
        using StreamReader text = PlainFile.OpenText($"/proc/self/fd/{writer.GetClientHandleAsString()}");
        Assert.Equal("path,label", text.ReadLine());
    }

    [Fact]
    public void A_file_is_read()
    {
        string file = folder.Write("file", "text");
        using (FileStream stream = PlainFile.OpenRead(file))
        {
            Assert.Equal(4, stream.Length);
        }

        using StreamReader text = PlainFile.OpenText(file);
        Assert.Equal("text", text.ReadToEnd());
        Assert.Equal("text"u8.ToArray(), PlainFile.ReadAllBytes(file));
    }
}
