using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Tests.Data;
using SimClr.Tests.Training;
using SkiaSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Evaluation;

[Collection(ComputeThreadsCollection.Name)]
public sealed class TransformationProbeTests
{
    private static readonly ViewOptions Views = new() { Size = 8, Strength = 0.5, Blur = false };

    [Fact]
    public void What_the_representation_holds_is_predicted_and_the_rest_is_chance()
    {
        // The differences of the channels' means say whether a view is gray, and nothing of its rotation.
        using TrainedEncoder encoder = Encoder(new ColorSpread());
        TransformationResult result = TransformationProbe.Run(
            encoder, Images(60, 0), Images(40, 1), new TransformationOptions { Views = 2 }, One);

        Dictionary<string, TransformationAccuracy> found = result.Accuracies.ToDictionary(row => row.Name);
        Assert.Equal(
            ["color_or_gray", "rotation", "original_or_corrupted", "original_or_sobel"],
            result.Accuracies.Select(row => row.Name));
        Assert.True(found["color_or_gray"].Accuracy > 0.9, $"{found["color_or_gray"].Accuracy}");
        Assert.Equal(0.25, found["rotation"].Accuracy, 1e-9);
        Assert.Equal([0.5, 0.25, 0.5, 0.5], result.Accuracies.Select(row => row.Chance));
        Assert.All(result.Accuracies, row => Assert.InRange(row.Accuracy, row.Interval.Low, row.Interval.High));
        Assert.Equal((60, 40, 0), (result.TrainImages, result.TestImages, result.SkippedImages));
    }

    [Fact]
    public void The_variants_are_those_of_their_names()
    {
        RgbImage image = Images(1, 2).Read(0);
        float[] original = Render(new ViewVariant());
        float[] gray = Render(new ViewVariant(Gray: true));
        float[] turned = Render(new ViewVariant(QuarterTurns: 1));
        float[] noisy = Render(new ViewVariant(NoiseSigma: 0.1f));
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                int pixel = 3 * ((y * 8) + x);
                Assert.Equal(gray[pixel], gray[pixel + 1]);
                Assert.Equal(gray[pixel], gray[pixel + 2]);
                Assert.Equal(
                    (0.2989 * original[pixel]) + (0.587 * original[pixel + 1]) + (0.114 * original[pixel + 2]),
                    gray[pixel],
                    1e-5);
                Assert.Equal(original[(3 * ((x * 8) + 7 - y)) + 1], turned[pixel + 1]);
            }
        }

        // Noise that is not clipped has the standard deviation that was asked for.
        double[] noise = [.. original.Zip(noisy)
            .Where(pair => pair.First is > 0.4f and < 0.6f)
            .Select(pair => (double)pair.Second - pair.First)];
        Assert.True(noise.Length > 30, $"{noise.Length} values");
        Assert.InRange(Math.Sqrt(noise.Average(value => value * value)), 0.07, 0.13);
        Assert.Equal(noisy, Render(new ViewVariant(NoiseSigma: 0.1f)));
        Assert.NotEqual(original, Render(new ViewVariant(), seed: 1));

        float[] Render(ViewVariant variant, long seed = 0)
        {
            float[] pixels = new float[3 * 8 * 8];
            variant.Render(Views, seed, 0)(image, 0, pixels);
            return pixels;
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_workers_and_unreadable_images_are_left_out()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 12; i++)
        {
            folder.Write($"images/{i}.png", Picture(i));
        }

        folder.Write("images/broken.png", "not an image");
        ImageDataSet images = DataSets.Open(folder.PathOf("images"));
        using TrainedEncoder encoder = PixelEncoder.Create(Views);
        TransformationResult[] results = [.. new[] { 1, 3 }.Select(workers => TransformationProbe.Run(
            encoder, images, images, null, new DataOptions { Workers = workers, MaxSkipped = 0.2 }))];
        Assert.Equal(results[0].Accuracies, results[1].Accuracies);
        Assert.Equal((12, 12, 2), (results[0].TrainImages, results[0].TestImages, results[0].SkippedImages));
    }

    private static DataOptions One => new() { Workers = 1 };

    private static TrainedEncoder Encoder(nn.Module<Tensor, Tensor> module)
        => new(module, TinyRun.Options.Encoder, Views);

    private static Painted Images(int count, int seed) => new(count, 1000 * seed);

    private static SKColor Color(int number, int x, int y) => new(
        (byte)(200 - (number * 7 % 50)), (byte)(90 + (x * 4) + (number % 30)), (byte)(40 + (y * 6)));

    private static byte[] Picture(int number)
        => EncodedImages.Encode(16, 16, (x, y) => Color(number, x, y), SKEncodedImageFormat.Png);

    private sealed class Painted(int count, int first) : ImageDataSet
    {
        public override string Name => "painted";

        public override int Count => count;

        public override IReadOnlyList<int>? Labels => null;

        public override IReadOnlyList<string>? ClassNames => null;

        public override string Fingerprint => "painted";

        public override string PathOf(int index) => $"image{first + index}";

        public override RgbImage Read(int index) => new(16, 16, [.. Enumerable.Range(0, 256)
            .Select(pixel => Color(first + index, pixel % 16, pixel / 16))
            .SelectMany(color => new[] { color.Red, color.Green, color.Blue })]);
    }

    private sealed class ColorSpread() : nn.Module<Tensor, Tensor>(nameof(ColorSpread))
    {
        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor means = input.mean([2, 3]);
            return means.amax([1], keepdim: true).sub(means.amin([1], keepdim: true)).MoveToOuterDisposeScope();
        }
    }
}
