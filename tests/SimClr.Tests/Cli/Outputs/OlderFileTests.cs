using SimClr.Cli.Outputs;
using SimClr.Embeddings;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli.Outputs;

/// <summary>An older file of the same kind is replaced; a file of another kind is not.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class OlderFileTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private static readonly string[] Lines =
    [
        "embed run flat --out e.npy", "embed run flat --out e.csv", "embed run flat --out e.safetensors",
        "embed run flat --out e.parquet", "export safetensors run --out w.safetensors", "export pth run --out w.pth",
        "export onnx run --out w.onnx", "import w.pth --out i.safetensors",
        "data pack flawed --out p.pack --set data.max_skipped=0.5", "augment preview flat --out v.png --images 1",
        "evaluate knn run --train train --test test --predictions k.csv --k 3",
        "cluster t.csv --k 2 --csv c.csv --html c.html", "duplicates t.csv --csv d.csv --html d.html",
        "label t.csv --labels l.csv --out l-out.csv --suggest 2 --next n.csv --html n.html",
        "map t.csv --out m.html --method pca --csv m.csv", "map t.csv --out m.png --method pca",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_command_replaces_its_own_output_and_nothing_of_another_kind()
    {
        EmbeddingTable table = new(
            [.. Enumerable.Range(0, 20).Select(i => (float)((i * 7 % 5) + 1))], 2,
            [.. Enumerable.Range(0, 10).Select(i => $"{i}.png")], null, null, [.. Enumerable.Repeat(8, 10)],
            [.. Enumerable.Repeat(8, 10)]);
        EmbeddingFile.Write(folder.PathOf("t.csv"), table);
        folder.Write("l.csv", "path,label\n0.png,a\n1.png,b\n2.png,a\n3.png,b\n");
        foreach (string line in Lines)
        {
            Assert.True(Run(line) is { Code: 0 }, $"{line}: {Run(line).Error}");
            CommandRun again = Run(line);
            Assert.True(again.Code == 0, $"again, {line}: {again.Error}");
        }

        OutputKind[] kinds =
        [
            OutputKinds.Page("x"), OutputKinds.Map, OutputKinds.Picture, OutputKinds.Duplicates, OutputKinds.Clusters,
            OutputKinds.Coordinates, OutputKinds.LabelPredictions, OutputKinds.Predictions, OutputKinds.Labels,
            OutputKinds.Embeddings, OutputKinds.Weights, OutputKinds.PyTorchWeights, OutputKinds.Onnx, OutputKinds.Pack,
        ];
        var seen = new Dictionary<string, string[]>();
        foreach (string file in Directory.GetFiles(folder.Path)
            .Where(file => Path.GetFileName(file) is not ("e.npy.csv" or "p.pack.skipped.jsonl")))
        {
            seen[Path.GetFileName(file)] = [.. kinds.Where(kind => kind.Formats.Any(format
                => format.Extensions.Contains(Path.GetExtension(file)) && format.IsIn!(file)))
                .Select(kind => kind.Example)];
        }

        Assert.Equal(["photos.npy"], seen["e.npy"]);
        Assert.Equal(["photos.npy"], seen["e.csv"]);
        Assert.Equal(["photos.npy"], seen["t.csv"]);
        Assert.Equal(["photos.npy"], seen["e.safetensors"]);
        Assert.Equal(["photos.npy"], seen["e.parquet"]);
        Assert.Equal(["encoder.safetensors"], seen["w.safetensors"]);
        Assert.Equal(["encoder.safetensors"], seen["i.safetensors"]);
        Assert.Equal(["encoder.pth"], seen["w.pth"]);
        Assert.Equal(["encoder.onnx"], seen["w.onnx"]);
        Assert.Equal(["images.pack"], seen["p.pack"]);
        Assert.Equal(["map.html", "views.png"], seen["v.png"]);
        Assert.Equal(["map.html", "views.png"], seen["m.png"]);
        Assert.Equal(["predictions.csv"], seen["k.csv"]);
        Assert.Equal(["clusters.csv"], seen["c.csv"]);
        Assert.Equal(["duplicates.csv"], seen["d.csv"]);
        Assert.Equal(["predictions.csv"], seen["l-out.csv"]);
        Assert.Equal(["next.csv"], seen["n.csv"]);
        Assert.Equal(["next.csv"], seen["l.csv"]);
        Assert.Equal(["map.csv"], seen["m.csv"]);
        Assert.All(["c.html", "d.html", "n.html", "m.html"], page => Assert.Equal(["x.html", "map.html"], seen[page]));
        Assert.NotSame(OutputKinds.Predictions, OutputKinds.LabelPredictions);
        Assert.False(OutputKinds.Predictions.Formats[0].IsIn!(folder.PathOf("l-out.csv")));
    }

    [Fact]
    public void A_photograph_a_checkpoint_and_a_foreign_file_of_the_same_extension_stay()
    {
        string photo = folder.Write("photo.png", EncodedImages.OfColor(SKColors.Teal, SKEncodedImageFormat.Png, 8, 8));
        string checkpoint = Directory.GetFiles(fixture.At("run/checkpoints"), "*.safetensors")[0];
        File.Copy(checkpoint, folder.PathOf("step.safetensors"));
        folder.Write("page.html", "<!DOCTYPE html>\n<html><body>my own page</body></html>\n");
        folder.Write("matrix.npy", [0x93, .. "NUMPY\x01\0v\0"u8]);
        Dictionary<string, byte[]> before = Directory.GetFiles(folder.Path)
            .ToDictionary(file => file, File.ReadAllBytes);

        string picture = Run("augment preview flat --out photo.png").Refused(2);
        Assert.Contains("is not a picture written by simclr as far as can be determined", picture);
        Assert.Contains("pictures drawn by earlier versions are not marked", picture);
        Assert.Contains("choose another file, or move or remove this one", picture);
        Assert.Contains(
            "is not an encoder written by simclr", Run("export safetensors run --out step.safetensors").Refused(2));
        Assert.Contains("is not embeddings written by simclr", Run("embed run flat --out step.safetensors").Refused(2));
        Assert.Contains("is not a page written by simclr", Run("search x.index q.png --html page.html").Refused(2));
        Assert.Contains("is not embeddings written by simclr", Run("embed run flat --out matrix.npy").Refused(2));

        Assert.All(before, pair => Assert.Equal(pair.Value, File.ReadAllBytes(pair.Key)));
        Assert.Equal(before.Keys.Order(), Directory.GetFiles(folder.Path).Order());
        Assert.True(File.Exists(photo));
    }

    [Fact]
    public void An_empty_file_may_be_replaced()
    {
        folder.Write("empty.png", "");
        Assert.Equal(0, Run("augment preview flat --out empty.png --images 1").Code);
        Assert.NotEqual(0, new FileInfo(folder.PathOf("empty.png")).Length);
    }

    private CommandRun Run(string line) => CommandRun.Of([.. line.Split(' ').Select((word, i)
        => i == 0 ? word
            : word is "run" or "flat" or "flawed" or "train" or "test" ? fixture.At(word)
            : word.Contains('.') && !word.Contains('=') ? folder.PathOf(word)
            : word)]);
}
