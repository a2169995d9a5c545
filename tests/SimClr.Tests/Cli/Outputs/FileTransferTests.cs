using SimClr.Cli;
using SimClr.Cli.Outputs;
using SimClr.Data;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Outputs;

/// <summary>Copying and moving files of the user: nothing is overwritten, nothing is lost.</summary>
public sealed class FileTransferTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Root => RealPath.Resolve(folder.Path);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_move_is_listed_and_can_be_undone()
    {
        (string Source, string Target)[] files =
        [
            (folder.Write("in/a.jpg", "a"), "cats/a.jpg"), (folder.Write("in/b, \"=x\".jpg", "b"), "dogs/b.jpg"),
            (folder.Write("in/sub/c.jpg", "c"), "cats/deep/c.jpg"),
        ];

        string undo = Plan(files).Run(default)!;

        Assert.Equal(["out/cats/a.jpg", "out/cats/deep/c.jpg", "out/dogs/b.jpg", "out/undo.csv"], Files());
        Assert.Equal(folder.PathOf("out/undo.csv"), undo);
        Assert.Equal(
            $"{Path.Join(Root, "in/sub/c.jpg")},{Path.Join(Root, "out/cats/deep/c.jpg")}",
            File.ReadAllLines(undo)[^1]);

        UndoResult dry = UndoList.Undo(undo, isDryRun: true, default);
        Assert.Equal((3, 0, 0), (dry.Restored.Count, dry.InPlace, dry.NotRestored.Count));
        Assert.Empty(Directory.GetFiles(folder.PathOf("in")));

        UndoResult real = UndoList.Undo(undo, isDryRun: false, default);
        Assert.Equal(3, real.Restored.Count);
        Assert.Equal("b", File.ReadAllText(files[1].Source));
        Assert.Equal(["in/a.jpg", "in/b, \"=x\".jpg", "in/sub/c.jpg", "out/undo.csv"], Files());

        UndoResult again = UndoList.Undo(undo, isDryRun: false, default);
        Assert.Equal((0, 3, 0), (again.Restored.Count, again.InPlace, again.NotRestored.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Taken_names_get_a_number_also_if_they_differ_in_case_alone(bool copies)
    {
        folder.Write("out/cats/A.jpg", "old");
        folder.Write("out/cats/a-2.jpg", "older");
        string[] sources =
            [.. Enumerable.Range(0, 3).Select(i => folder.Write($"in/{i}/a.JPG", $"{i}"))];

        Plan([.. sources.Select(source => (source, "cats/a.JPG"))], copies ? TransferMode.Copy : TransferMode.Move)
            .Run(default);

        Assert.Equal("old", File.ReadAllText(folder.PathOf("out/cats/A.jpg")));
        Assert.Equal("older", File.ReadAllText(folder.PathOf("out/cats/a-2.jpg")));
        Assert.Equal("0", File.ReadAllText(folder.PathOf("out/cats/a-3.JPG")));
        Assert.Equal("1", File.ReadAllText(folder.PathOf("out/cats/a-4.JPG")));
        Assert.Equal("2", File.ReadAllText(folder.PathOf("out/cats/a-5.JPG")));
        Assert.All(sources, source => Assert.Equal(copies, File.Exists(source)));
    }

    [Fact]
    public void Folders_that_differ_in_case_alone_share_their_names()
    {
        FileTransfer plan = Plan(
            [(folder.Write("a.jpg", "1"), "Cats/a.jpg"), (folder.Write("b.jpg", "2"), "cats/A.jpg")]);

        Assert.Equal(["a.jpg", "A-2.jpg"], plan.Items.Select(item => Path.GetFileName(item.To)));
    }

    [Fact]
    public void A_plan_alone_changes_nothing()
    {
        FileTransfer plan = Plan([(folder.Write("in/a.jpg", "a"), "cats/a.jpg")]);

        Assert.Equal(
            new TransferItem(Path.Join(Root, "in/a.jpg"), Path.Join(Root, "out/cats/a.jpg")),
            Assert.Single(plan.Items));
        Assert.Equal(["in/a.jpg"], Files());
    }

    [Fact]
    public void Files_that_cannot_be_moved_are_left_out_with_the_reason()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        string file = folder.Write("in/a.jpg", "a");
        string there = folder.Write("out/cats/b.jpg", "b");
        File.CreateSymbolicLink(folder.PathOf("in/link.jpg"), file);

        FileTransfer plan = Plan(
        [
            (file, "cats/a.jpg"), (file, "dogs/a.jpg"), (there, "cats/b.jpg"),
            (folder.PathOf("in/link.jpg"), "cats/link.jpg"), (folder.PathOf("in/gone.jpg"), "cats/gone.jpg"),
            (folder.PathOf("in"), "cats/in"),
        ]);

        Assert.Single(plan.Items);
        Assert.Equal(
            [
                "it is listed twice", "it is already there",
                "it is a symbolic link, which may not work elsewhere; copy it instead", "there is no such file",
                "it is a folder",
            ],
            plan.Omitted.Select(omission => omission.Reason));
    }

    [Fact]
    public void Links_do_not_lead_outside()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        Directory.CreateDirectory(folder.PathOf("elsewhere"));
        Directory.CreateDirectory(folder.PathOf("out"));
        Directory.CreateSymbolicLink(folder.PathOf("out/cats"), folder.PathOf("elsewhere"));

        var error = Assert.Throws<ConfigurationException>(
            () => Plan([(folder.Write("a.jpg", "a"), "cats/a.jpg")]));

        Assert.Contains("is a link that leads outside", error.Message);
    }

    [Theory]
    [InlineData("../a.jpg")]
    [InlineData("cats/../../a.jpg")]
    [InlineData("/a.jpg")]
    [InlineData("cats//a.jpg")]
    public void Places_outside_the_folder_are_rejected(string target)
        => Assert.Throws<ArgumentException>(() => Plan([(folder.Write("a.jpg", "a"), target)]));

    [Fact]
    public void A_file_in_place_of_a_folder_is_rejected()
    {
        folder.Write("out/cats", "a file");

        Assert.Contains(
            "is a file, expected a folder",
            Assert.Throws<ConfigurationException>(() => Plan([(folder.Write("a.jpg", "a"), "cats/a.jpg")])).Message);
    }

    [Fact]
    public void A_name_taken_after_the_plan_ends_the_transfer_without_a_loss()
    {
        FileTransfer plan = Plan(
            [(folder.Write("in/a.jpg", "a"), "cats/a.jpg"), (folder.Write("in/b.jpg", "b"), "cats/b.jpg")]);
        folder.Write("out/cats/b.jpg", "another");

        var error = Assert.Throws<ConfigurationException>(() => plan.Run(default));

        Assert.Contains($"--move-to: 1 of 2 files moved (listed in {folder.PathOf("out/undo.csv")})", error.Message);
        Assert.Equal("another", File.ReadAllText(folder.PathOf("out/cats/b.jpg")));
        Assert.Equal("b", File.ReadAllText(folder.PathOf("in/b.jpg")));
        Assert.Single(UndoList.Undo(folder.PathOf("out/undo.csv"), isDryRun: false, default).Restored);
    }

    [Fact]
    public void A_stop_names_the_list_of_moves()
    {
        FileTransfer plan = Plan([(folder.Write("in/a.jpg", "a"), "cats/a.jpg")]);

        var error = Assert.Throws<StoppedException>(() => plan.Run(new CancellationToken(canceled: true)));

        Assert.Contains("0 of 1 file moved", error.Message);
        Assert.True(File.Exists(folder.PathOf("in/a.jpg")));
    }

    [Fact]
    public void Lists_of_moves_are_not_overwritten()
    {
        Assert.EndsWith("undo.csv", Plan([(folder.Write("a.jpg", "a"), "a.jpg")]).Run(default));
        Assert.EndsWith("undo-2.csv", Plan([(folder.Write("b.jpg", "b"), "b.jpg")]).Run(default));
        Assert.Null(Plan([]).Run(default));
        Assert.Null(Plan([(folder.Write("c.jpg", "c"), "c.jpg")], TransferMode.Copy).Run(default));
    }

    [Fact]
    public void Undoing_overwrites_nothing()
    {
        string a = folder.Write("in/a.jpg", "a");
        string b = folder.Write("in/b.jpg", "b");
        string undo = Plan([(a, "a.jpg"), (b, "b.jpg")]).Run(default)!;
        File.WriteAllText(a, "a new one");
        File.Delete(folder.PathOf("out/b.jpg"));

        UndoResult result = UndoList.Undo(undo, isDryRun: false, default);

        Assert.Equal("a new one", File.ReadAllText(a));
        Assert.Equal("a", File.ReadAllText(folder.PathOf("out/a.jpg")));
        Assert.Empty(result.Restored);
        Assert.Equal(2, result.NotRestored.Count);
        Assert.Contains("it is neither there nor at", result.NotRestored[0].Reason);
        Assert.Contains("there is another file at", result.NotRestored[1].Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("/half")]
    [InlineData("/half,\"/and a")]
    public void A_last_line_cut_off_is_no_obstacle(string rest)
    {
        string a = folder.Write("in/a.jpg", "a");
        string undo = Plan([(a, "a.jpg")]).Run(default)!;
        File.AppendAllText(undo, rest);

        Assert.Single(UndoList.Undo(undo, isDryRun: false, default).Restored);
        Assert.True(File.Exists(a));
    }

    [Theory]
    [InlineData("", "expected the columns from,to")]
    [InlineData("path,label\na,b\n", "line 1: expected the columns from,to")]
    [InlineData("from,to\na.jpg,b.jpg\n/c,/d\n", "line 2: expected two full paths")]
    public void Another_file_is_not_a_list_of_moves(string content, string expected)
    {
        string file = folder.Write("list.csv", content);

        Assert.Contains(
            expected, Assert.Throws<DataException>(() => UndoList.Undo(file, isDryRun: true, default)).Message);
    }

    [Fact]
    public void A_move_by_copy_keeps_content_time_and_permissions()
    {
        string from = folder.Write("a.jpg", new byte[3_000_000]);
        File.SetLastWriteTimeUtc(from, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        string to = folder.PathOf("b.jpg");

        FileTransfer.MoveByCopy(from, to);

        Assert.Equal(["b.jpg"], Files());
        Assert.Equal(3_000_000, new FileInfo(to).Length);
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetLastWriteTimeUtc(to));

        string other = folder.Write("c.jpg", "c");
        Assert.Throws<IOException>(() => FileTransfer.MoveByCopy(other, to));
        Assert.Equal(["b.jpg", "c.jpg"], Files());
        Assert.Equal(3_000_000, new FileInfo(to).Length);
    }

    [Fact]
    public void Files_move_between_file_systems()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no second file system");
        DirectoryInfo other = Directory.CreateDirectory($"/dev/shm/simclr-transfer-{Guid.NewGuid():N}");
        try
        {
            string from = folder.Write("a.jpg", "a");
            string undo = FileTransfer.Plan("--move-to", other.FullName, TransferMode.Move, [(from, "x/a.jpg")])
                .Run(default)!;
            Assert.Equal("a", File.ReadAllText(Path.Join(other.FullName, "x/a.jpg")));
            Assert.False(File.Exists(from));

            Assert.Single(UndoList.Undo(undo, isDryRun: false, default).Restored);
            Assert.Equal("a", File.ReadAllText(from));
        }
        finally
        {
            other.Delete(recursive: true);
        }
    }

    [Fact]
    public void Folder_names_are_valid_everywhere_and_distinct()
    {
        string[] names = FolderNames.Create(
        [
            "cat", "Cat", "CAT-2", "a/b", "a\\b", "..", ".", "", "  x. ", ".hidden", "CON", "nul.txt", "com1",
            "tab\there", "Füße", new string('ü', 300), "\ud800",
        ]);

        Assert.Equal(
            [
                "cat", "Cat-2", "CAT-2-2", "a_b", "a_b-2", "_", "_-2", "_-3", "x", "_.hidden", "_CON", "_nul.txt",
                "_com1", "tab_here", "Füße", new string('ü', 100), "\ufffd",
            ],
            names);
    }

    private FileTransfer Plan((string Source, string Target)[] files, TransferMode mode = TransferMode.Move)
        => FileTransfer.Plan(
            mode == TransferMode.Move ? "--move-to" : "--copy-to", folder.PathOf("out"), mode, files);

    private IEnumerable<string> Files()
        => Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder.Path, file)).Order(StringComparer.Ordinal);
}
