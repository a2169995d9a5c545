using SimClr.Cli;
using SimClr.Internals;
using SimClr.Tests.Data;

namespace SimClr.Tests.Internals;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_failed_write_leaves_the_existing_file_and_no_remnant()
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
    public void A_folder_that_is_not_writable_is_named()
    {
        if (!Directory.Exists("/proc/self"))
        {
            Assert.Skip("needs Linux: /proc takes no files, not even the superuser's");
        }

        var error = Assert.Throws<ConfigurationException>(
            () => new OutputFile("--out", "/proc/x.pack", "images.pack").Write([1]));
        Assert.Equal("--out: cannot write '/proc/x.pack': the folder /proc cannot be written to", error.Message);
    }

    [Fact]
    public void The_remnant_of_a_killed_process_is_removed_when_its_file_is_written_again()
    {
        // No process has this number; process 1 exists but is another program.
        string gone = folder.Write($"a.txt.{int.MaxValue}.simclr.tmp", "half");
        string other = folder.Write("a.txt.1.simclr.tmp", "half");
        string own = folder.Write($"a.txt.{Environment.ProcessId}.simclr.tmp", "half");
        string[] notOurs =
        [
            folder.Write($"b.txt.{int.MaxValue}.simclr.tmp", "of another file"),
            folder.Write("a.txt.notes.simclr.tmp", "mine"), folder.Write("a.txt.simclr.tmp", "mine"),
            folder.Write($"a.txt.{int.MaxValue}.simclr.tmp.bak", "mine"), folder.Write("a.txt.-5.simclr.tmp", "mine"),
            folder.Write($"xa.txt.{int.MaxValue}.simclr.tmp", "mine"), folder.Write("a.txt.777.tmp", "mine"),
            folder.Write("a.txt.777simclr.tmp", "mine"),
        ];

        AtomicFile.RemoveRemnants(folder.PathOf("a.txt"));
        Assert.All([gone, other, own], file => Assert.False(File.Exists(file), file));

        File.WriteAllText(gone, "half");
        AtomicFile.WriteText(folder.PathOf("a.txt"), "whole");

        Assert.Equal("whole", File.ReadAllText(folder.PathOf("a.txt")));
        Assert.All([gone, other, own], file => Assert.False(File.Exists(file), file));
        Assert.All(notOurs, file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public void A_file_being_written_is_kept_whatever_the_process_number()
    {
        string held = folder.PathOf($"a.txt.{int.MaxValue}.simclr.tmp");
        using (AtomicFile.Open(held, FileMode.Create, FileAccess.Write, 1))
        {
            AtomicFile.WriteText(folder.PathOf("a.txt"), "whole");
            Assert.True(File.Exists(held));
        }

        AtomicFile.RemoveRemnants(folder.PathOf("a.txt"));
        Assert.Equal([folder.PathOf("a.txt")], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_folder_where_the_temporary_file_belongs_is_named()
    {
        string inTheWay = Directory.CreateDirectory(AtomicFile.TemporaryOf(folder.PathOf("a.txt"))).FullName;
        var error = Assert.Throws<IOException>(() => AtomicFile.WriteText(folder.PathOf("a.txt"), "text"));
        Assert.StartsWith($"'{inTheWay}' is a folder, but a temporary file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_created()
    {
        string file = folder.PathOf("new/folder/a.txt");
        AtomicFile.WriteText(file, "text");
        Assert.Equal("text", File.ReadAllText(file));
    }
}
