using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli;

/// <summary>Two classes of small images, and an encoder that the command line trained on them.</summary>
public sealed class RunFixture : IDisposable
{
    private const string Configuration = """
        views: {size: 12, blur: false}
        encoder: {name: resnet18, width: 0.0625}
        head: {output: 16}
        optimizer: {peak_rate: 0.5}
        schedule: {epochs: 2, warmup_epochs: 1}
        batch: {size: 8}
        data: {workers: 1}
        precision: fp32
        threads: 1
        """;

    private readonly TemporaryFolder folder = new();

    public RunFixture()
    {
        Write("train", images: 24, size: 16, labeled: true);
        Write("test", images: 8, size: 16, labeled: true);
        Write("flawed", images: 4, size: 16, labeled: true);
        folder.Write("flawed/red/broken.png", "this is not an image");
        Write("flat", images: 3, size: 16, labeled: false);
        Write("large", images: 3, size: 80, labeled: false);
        Write("one", images: 1, size: 16, labeled: false);
        Directory.CreateDirectory(At("empty"));
        folder.Write("broken/a.png", "this is not an image");
        folder.Write("broken/b.png", "nor is this");
        folder.Write("tiny.yaml", Configuration);
        Pretraining = CommandRun.Of("pretrain", At("train"), "--out", At("run"), "--config", At("tiny.yaml"), "--json");
    }

    /// <summary>The command that trained the encoder in <c>run</c>.</summary>
    internal CommandRun Pretraining { get; }

    public string At(string name) => folder.PathOf(name);

    public void Dispose() => folder.Dispose();

    private void Write(string name, int images, int size, bool labeled)
    {
        for (int i = 0; i < images; i++)
        {
            string place = labeled ? $"{name}/{(i % 2 == 0 ? "red" : "blue")}/{i}.png" : $"{name}/{i}.png";
            folder.Write(place, Picture(i, size));
        }
    }

    private static byte[] Picture(int number, int size) => EncodedImages.Encode(
        size,
        size,
        (x, y) =>
        {
            byte texture = (byte)(((x * (number + 1)) + (y * 7)) % 64);
            return number % 2 == 0 ? new SKColor(220, texture, texture) : new SKColor(texture, texture, 220);
        },
        SKEncodedImageFormat.Png);
}
