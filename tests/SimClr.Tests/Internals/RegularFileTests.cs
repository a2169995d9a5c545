using System.IO.Pipes;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Files_folders_and_missing_paths_are_not_special_files()
    {
        Assert.Null(RegularFile.SpecialKind(folder.Write("file", "text")));
        Assert.Null(RegularFile.SpecialKind(folder.Path));
        Assert.Null(RegularFile.SpecialKind(folder.PathOf("nothing")));
        Assert.Null(RegularFile.SpecialKind("a\0b"));
        Assert.Null(RegularFile.SpecialKind(""));
    }

    [Fact]
    public void A_pipe_and_a_device_are_refused_also_behind_a_link()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        string pipe = OddFiles.MakePipe(folder.PathOf("häß pipe"));
        File.CreateSymbolicLink(folder.PathOf("link"), pipe);
        Assert.Equal("a named pipe", RegularFile.SpecialKind(pipe));
        Assert.Equal("a device", RegularFile.SpecialKind("/dev/zero"));
        foreach (string path in new[] { pipe, folder.PathOf("link"), "/dev/zero" })
        {
            Assert.Throws<IOException>(() => RegularFile.OpenRead(path));
            Assert.Throws<IOException>(() => RegularFile.OpenText(path));
            Assert.Throws<IOException>(() => RegularFile.ReadAllBytes(path));
        }
    }

    [Fact]
    public void The_output_of_a_command_is_read_as_text()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        using var writer = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        writer.Write("path,label\n"u8);
        using StreamReader text = RegularFile.OpenText($"/proc/self/fd/{writer.GetClientHandleAsString()}");
        Assert.Equal("path,label", text.ReadLine());
    }

    /// <summary>
    /// A file like <c>/proc/kmsg</c>, which would block its reader; this one has content and the size 0.
    /// </summary>
    [Fact]
    public void Generated_system_files_count_as_empty()
    {
        const string MadeUp = "/proc/self/status";
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.ReadAllText(MadeUp).Length > 0, "a file of Linux");
        File.CreateSymbolicLink(folder.PathOf("a.png"), MadeUp);
        foreach (string path in new[] { MadeUp, folder.PathOf("a.png"), folder.Write("empty", "") })
        {
            using FileStream stream = RegularFile.OpenRead(path);
            Assert.Equal((0, -1), (stream.Length, stream.ReadByte()));
            using StreamReader text = RegularFile.OpenText(path);
            Assert.Equal("", text.ReadToEnd());
            Assert.Empty(RegularFile.ReadAllBytes(path));
            Assert.Empty(RegularFile.ReadLines(path));
        }

        File.Delete(folder.PathOf("empty"));
        using ImageDataSet set = DataSets.Open(folder.Path);
        Assert.Equal("the file is empty", Assert.Throws<UnreadableImageException>(() => set.Read(0)).Reason);
    }

    [Fact]
    public void No_file_has_a_name_with_a_nul_character()
    {
        Assert.Equal(
            "its path holds a NUL character", Assert.Throws<IOException>(() => RegularFile.OpenRead("a\0b")).Message);
        Assert.Throws<IOException>(() => RegularFile.OpenText("a\0b"));
        Assert.Throws<IOException>(() => RegularFile.ReadAllBytes("a\0b"));
        Assert.Throws<IOException>(() => RegularFile.ReadLines("a\0b"));
        Assert.Throws<DataException>(() => WeightsFile.Read("a\0b"));
    }

    [Fact]
    public void A_file_is_read()
    {
        string file = folder.Write("file", "text");
        using (FileStream stream = RegularFile.OpenRead(file))
        {
            Assert.Equal(4, stream.Length);
        }

        using StreamReader text = RegularFile.OpenText(file);
        Assert.Equal("text", text.ReadToEnd());
        Assert.Equal("text"u8.ToArray(), RegularFile.ReadAllBytes(file));
        Assert.Equal(["text"], RegularFile.ReadLines(file));
    }
}
