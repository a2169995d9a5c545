using System.Globalization;
using System.Text.RegularExpressions;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;

namespace SimClr.AcceptanceTests;

/// <summary>The output of <c>simclr export onnx</c>, scored by the ML.NET sample.</summary>
public sealed partial class MlNetScoringTests : IDisposable
{
    private const int Size = 28;

    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void MlNet_finds_the_same_neighbors_as_the_encoder()
    {
        string photos = folder.PathOf(folder.Images("photos", 8, classes: false));
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        using var encoder = new TrainedEncoder(EncoderCatalog.Create(options, Size), options, new() { Size = Size });
        encoder.Save(folder.PathOf("encoder.safetensors"));
        Simclr.Run(
            folder.Path, "export", "onnx", "encoder.safetensors", "--out", "encoder.onnx", "--preprocess",
            "--normalize", "--threads", "1").Succeeded();

        string output = Dotnet.Run(folder.Path, Repository.Sample("MlNetScoring"), "encoder.onnx", photos)
            .Succeeded().Output;

        using ImageDataSet images = DataSets.Open(photos);
        EmbeddingTable table = Embedder.Embed(encoder, images);
        Match[] lines = [.. Line().Matches(output).Cast<Match>()];
        Assert.Equal(8, lines.Length);
        foreach (var (query, rows, similarities) in NearestNeighbors.Find(table, table, k: 2))
        {
            Assert.Equal(Path.GetFileName(table.Paths[query]), lines[query].Groups[1].Value);
            Assert.Equal(Path.GetFileName(table.Paths[rows[1]]), lines[query].Groups[2].Value);
            Assert.Equal(
                similarities[1], double.Parse(lines[query].Groups[3].Value, CultureInfo.InvariantCulture), 2e-4);
        }
    }

    [GeneratedRegex(@"^(\S+) is most like (\S+): (-?\d\.\d{4})\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
