using System.Runtime.InteropServices;
using SimClr.Embeddings;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli.Outputs;

/// <summary>Inputs under several names, and the files that belong to an input.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class InputGuardTests : IDisposable
{
    private const string Rows =
        "path,width,height,e0,e1\na.png,8,8,1,0\nb.png,8,8,0,1\nc.png,8,8,1,1\nd.png,8,8,1,-1\n";

    private readonly TemporaryFolder folder = new();

    public InputGuardTests()
    {
        folder.Write("e.csv", Rows);
        EmbeddingFile.Write(folder.PathOf("e.npy"), EmbeddingFile.Read(folder.PathOf("e.csv")));
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("e.csv")]
    [InlineData("./e.csv")]
    [InlineData("sub/../e.csv")]
    [InlineData("linked.csv")]
    [InlineData("folder/e.csv")]
    [InlineData("hard.csv")]
    public void An_input_is_recognized_under_every_name(string name)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux(), "links need a privilege on Windows; hard links are known on Linux alone");
        Directory.CreateDirectory(folder.PathOf("sub"));
        File.CreateSymbolicLink(folder.PathOf("linked.csv"), folder.PathOf("e.csv"));
        Directory.CreateSymbolicLink(folder.PathOf("folder"), folder.Path);
        Assert.Equal(0, Link(folder.PathOf("e.csv"), folder.PathOf("hard.csv")));

        string error = CommandRun.Of(
            "cluster", folder.PathOf("e.csv"), "--k", "2", "--csv", Path.Join(folder.Path, name)).Refused(2);

        Assert.Contains("is an input of this command", error);
        Assert.Equal(Rows, File.ReadAllText(folder.PathOf("e.csv")));
    }

    [Theory]
    [InlineData("cluster e.npy --k 2 --csv e.npy.csv", "'e.npy.csv' belongs to e.npy")]
    [InlineData("embed run man.npy.csv --out man.npy", "'man.npy.csv' is an input of this command")]
    [InlineData("augment preview photos --out photos/views.png", "would become one of the images of photos")]
    [InlineData("map e.npy --images photos --out photos/new/map.png", "would become one of the images of photos")]
    [InlineData("export safetensors run --out run/encoder.safetensors", "is a file of a run")]
    [InlineData("export safetensors other --out run/checkpoints/step-000000001.safetensors", "is a file of a run")]
    [InlineData(
        "label e.npy --labels labels.csv --suggest 2 --out p.csv --next p.csv", "'p.csv' is also the file of --next")]
    public void Files_that_belong_to_an_input_are_refused(string line, string expected)
    {
        folder.Write("man.npy.csv", "path\nphotos/a.png\n");
        folder.Write("labels.csv", "path,label\na.png,x\nb.png,y\n");
        folder.Write("photos/a.png", "not looked at");
        folder.Write("run/run.json", "{}");
        folder.Write("run/encoder.safetensors", "what was there");

        string error = Run(line).Refused(2).Replace($"{folder.Path}/", "", StringComparison.Ordinal);

        Assert.Contains(expected, error);
        Assert.StartsWith("path,width,height", File.ReadAllText(folder.PathOf("e.npy.csv")));
        Assert.Equal("what was there", File.ReadAllText(folder.PathOf("run/encoder.safetensors")));
        Assert.False(File.Exists(folder.PathOf("photos/views.png")));
    }

    [Fact]
    public void A_new_file_beside_images_and_a_file_of_the_same_name_elsewhere_are_written()
    {
        folder.Write("photos/a.png", "not looked at");
        Directory.CreateDirectory(folder.PathOf("other"));

        Assert.Equal(0, Run("cluster e.npy --k 2 --images photos --html photos/c.html --csv other/e.npy.csv").Code);
        Assert.True(File.Exists(folder.PathOf("photos/c.html")));
        Assert.StartsWith("path,cluster,cosine", File.ReadAllText(folder.PathOf("other/e.npy.csv")));
    }

    private CommandRun Run(string line) => CommandRun.Of([.. line.Split(' ').Select((word, i)
        => i > 0 && (word.Contains('.') || word is "photos" or "run" or "other") ? folder.PathOf(word) : word)]);

    [DllImport(
        "libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Link(string file, string name);
}
