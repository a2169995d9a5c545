using System.Globalization;
using System.Text.RegularExpressions;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Labels;

namespace SimClr.AcceptanceTests;

/// <summary>A classifier exported by <c>simclr export onnx</c>, used by the sample without the library.</summary>
public sealed partial class ClassifyOnnxTests : IDisposable
{
    private const int Size = 28;
    private const long MaxBytes = 100_000_000;

    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_sample_gives_the_answers_of_the_classifier()
    {
        string photos = folder.PathOf(folder.Images("photos", 8, classes: false));
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        using var encoder = new TrainedEncoder(EncoderCatalog.Create(options, Size), options, new() { Size = Size });
        using ImageDataSet images = DataSets.Open(photos);
        EmbeddingTable table = Embedder.Embed(encoder, images);
        using ImageClassifier classifier = FewLabelClassifier.Fit(
            table, table.Paths.Index().ToDictionary(path => path.Item, path => path.Index % 2 == 0 ? "even" : "odd"),
            encoder);
        classifier.Save(folder.PathOf("animals.simclr"));
        Simclr.Run(folder.Path, "export", "onnx", "animals.simclr", "--out", "animals.onnx", "--threads", "1")
            .Succeeded();

        string[] files = [.. Directory.GetFiles(photos).Order(StringComparer.Ordinal)];
        string output = Dotnet.Run(folder.Path, [Repository.Sample("ClassifyOnnx"), "animals.onnx", .. files])
            .Succeeded().Output;

        Match[] lines = [.. Line().Matches(output).Cast<Match>()];
        Assert.Equal(files, lines.Select(line => line.Groups[1].Value));
        foreach ((string file, Match line) in files.Zip(lines))
        {
            ImagePrediction expected = classifier.Classify(file);
            int named = classifier.ClassNames.ToList().IndexOf(line.Groups[2].Value);
            Assert.Equal(
                expected.Probabilities[named], float.Parse(line.Groups[3].Value, CultureInfo.InvariantCulture), 2e-4);
            Assert.InRange(expected.Probabilities[named], 0.4999, 1);
        }

        Simclr.Outcome missing = Dotnet.Run(
            folder.Path, Repository.Sample("ClassifyOnnx"), "animals.onnx", "nothing.png");
        Assert.Equal(3, missing.ExitCode);
        Assert.Contains("nothing.png", missing.Error, StringComparison.Ordinal);
    }

    /// <summary>For one system, with all that the program needs but .NET.</summary>
    [Fact]
    public void The_program_is_small()
    {
        string[] files = Directory.GetFiles(
            Path.GetDirectoryName(Repository.Sample("ClassifyOnnx"))!, "*", SearchOption.AllDirectories);
        Assert.InRange(files.Sum(file => new FileInfo(file).Length), 10_000_000, MaxBytes);
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase)
            || Path.GetFileName(file) == "SimClr.dll");
    }

    [GeneratedRegex(@"^(\S+): (even|odd) (\d\.\d{4})", RegexOptions.Multiline)]
    private static partial Regex Line();
}
