using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Labels;
using SimClr.Store;
using SimClr.Tests.Cli;

namespace SimClr.Tests.Data;

/// <summary>
/// Names that differ only in Unicode normalization, as on a Mac, are one name wherever they are read.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class NameFormTests : IDisposable
{
    private const string Composed = "K\u00e4se";
    private const string Decomposed = "Ka\u0308se";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Classes_of_folders()
    {
        folder.Write($"set/{Composed}/1.png", "only the name counts");
        folder.Write($"set/{Decomposed}/2.png", "only the name counts");
        folder.Write("set/dog/3.png", "only the name counts");

        using ImageDataSet images = DataSets.Open(folder.PathOf("set"));

        Assert.Equal([Composed, "dog"], images.ClassNames!);
        Assert.Equal([0, 0, 1], images.Labels!.Order());
    }

    [Fact]
    public void Classes_of_embeddings()
    {
        EmbeddingTable table = EmbeddingFile.Read(
            folder.Write("e.csv", $"path,label,e0\n1.png,{Decomposed},1\n2.png,{Composed},2\n3.png,dog,3\n"));

        Assert.Equal([Composed, "dog"], table.ClassNames!);
        Assert.Equal([0, 0, 1], table.Labels!);
    }

    [Fact]
    public void Labels_that_were_typed()
    {
        KnownLabels known = KnownLabels.Read(
            folder.Write("labels.csv", $"path,label\n1.png,{Decomposed}\n2.png,{Composed}\n3.png,dog\n"),
            ["1.png", "2.png", "3.png"]);

        Assert.Equal([Composed, "dog"], known.ClassNames);
        Assert.Equal([0, 0, 1], known.Labels);
    }

    [Fact]
    public async Task Labels_of_an_index()
    {
        using var index = new SqliteImageCollection(folder.PathOf("a.index"), new IndexDescription(1));
        await index.EnsureCollectionExistsAsync();
        await index.UpsertAsync(new[] { Composed, Decomposed, "dog" }.Select(
            (label, i) => new ImageRecord { Path = $"{i}.png", Label = label, Vector = new float[] { i + 1 } }));

        Assert.Equal([Composed, "dog"], index.ReadTable().ClassNames!);
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    public void Images_in_a_list(string stored, string typed)
    {
        folder.Write($"set/{stored}.png", "only the name counts");
        folder.Write("set/dog.png", "only the name counts");
        using ImageDataSet images = DataSets.Open(folder.PathOf("set"));

        int image = Assert.Single(LabelList.Read(images, folder.Write("list.txt", $"{typed}.png\n")));

        Assert.EndsWith($"{stored}.png", images.PathOf(image), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Composed, Decomposed, "dog", "dog")]
    [InlineData("dog", "dog", Composed, Decomposed)]
    public void Images_and_classes_of_predictions(string path, string otherPath, string label, string otherLabel)
    {
        CommandRun run = CommandRun.Of(
            "evaluate", "compare", Predictions("a.csv", path, label), Predictions("b.csv", otherPath, otherLabel),
            "--samples", "100", "--json");

        Assert.Equal((12, 0.0), ((int)run.Json["both_right"]!, (double)run.Json["difference"]!));
    }

    private string Predictions(string file, string path, string label) => folder.Write(
        file, "path,label,prediction,correct\n" + string.Concat(
            Enumerable.Range(0, 12).Select(i => $"test/{(i % 2 == 0 ? path : "cat")}/{i}.png,{label},{label},1\n")));
}
