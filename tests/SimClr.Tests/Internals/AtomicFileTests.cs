using SimClr.Cli;
using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_failed_writer_leaves_the_file_that_was_there_and_nothing_beside_it()
    {
        string file = folder.Write("a.txt", "before");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(file, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));

        Assert.Equal("before", File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void A_folder_that_takes_no_files_is_named()
    {
        if (!Directory.Exists("/proc/self"))
        {
            Assert.Skip("needs Linux: /proc takes no files, not even the superuser's");
        }

        var error = Assert.Throws<ConfigurationException>(() => new OutputFile("--out", "/proc/x.pack", "images.pack").Write([1]));
        Assert.Equal("--out: cannot write '/proc/x.pack': the folder /proc cannot be written to", error.Message);
    }

    [Fact]
    public void A_folder_that_is_missing_is_made()
    {
        string file = folder.Of("new/folder/a.txt");
        AtomicFile.WriteText(file, "text");
        Assert.Equal("text", File.ReadAllText(file));
    }
}
