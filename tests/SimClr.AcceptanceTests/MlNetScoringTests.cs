using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;

namespace SimClr.AcceptanceTests;

/// <summary>What <c>simclr export onnx</c> writes, scored by the sample in ML.NET.</summary>
public sealed partial class MlNetScoringTests : IDisposable
{
    private const int Size = 28;

    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void MlNet_finds_the_same_neighbors_as_the_encoder()
    {
        string photos = folder.Of(folder.Images("photos", 8, classes: false));
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        using var encoder = new TrainedEncoder(EncoderCatalog.Create(options, Size), options, new() { Size = Size });
        encoder.Save(folder.Of("encoder.safetensors"));
        Simclr.Run(folder.Path, "export", "onnx", "encoder.safetensors", "--out", "encoder.onnx", "--preprocess", "--normalize", "--threads", "1").Succeeded();

        string output = Sample(folder.Of("encoder.onnx"), photos);

        using ImageDataSet images = DataSets.Open(photos);
        EmbeddingTable table = Embedder.Embed(encoder, images);
        Match[] lines = [.. Line().Matches(output)];
        Assert.Equal(8, lines.Length);
        foreach (var (query, rows, similarities) in NearestNeighbors.Find(table, table, k: 2))
        {
            Assert.Equal(Path.GetFileName(table.Paths[query]), lines[query].Groups[1].Value);
            Assert.Equal(Path.GetFileName(table.Paths[rows[1]]), lines[query].Groups[2].Value);
            Assert.Equal(similarities[1], double.Parse(lines[query].Groups[3].Value, CultureInfo.InvariantCulture), 2e-4);
        }
    }

    private static string Sample(params string[] arguments)
    {
        string configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!);
        string program = Path.Combine(Root(), "samples", "MlNetScoring", "bin", configuration, "net10.0", "MlNetScoring.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.GetAwaiter().GetResult());
        return output;
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"^(\S+) is most like (\S+): (-?\d\.\d{4})\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
