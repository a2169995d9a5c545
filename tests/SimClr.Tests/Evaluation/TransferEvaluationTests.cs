using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Evaluation;

[Collection(ComputeThreadsCollection.Name)]
public sealed class TransferEvaluationTests : IDisposable
{
    private static readonly ViewOptions Views = new() { Size = 10, Blur = false };
    private static readonly DataOptions Reading = new() { Workers = 1 };

    private readonly TemporaryFolder folder = new();
    private readonly TrainedEncoder encoder;

    public TransferEvaluationTests()
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 0.0625 };
        encoder = new TrainedEncoder(EncoderCatalog.Create(options, Views.Size), options, Views);
        encoder.Module.eval();
    }

    public void Dispose()
    {
        encoder.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Classes_of_different_colors_are_separated_and_the_encoder_is_unchanged()
    {
        var before = ModuleState.Enumerate(encoder.Module)
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        TransferSet set = Pets(perClass: 10);
        using TransferSplits splits = Open(set);
        List<string> embedded = [];
        List<double> strengths = [];
        TransferResult result = new TransferEvaluation(encoder, Reading, seed: 0).Run(
            splits,
            part => new ImmediateProgress<int>(done => embedded.Add($"{part.Count}: {done}")),
            new ImmediateProgress<LogisticSweepPoint>(point => strengths.Add(point.L2)));

        Assert.Equal(1, result.Value);
        Assert.Equal(new Interval(1, 1), result.Interval);
        Assert.Equal(1, result.Validation);
        Assert.Equal(
            (40, 40, 0, false), (result.TrainImages, result.TestImages, result.SkippedImages, result.IsPartial));
        Assert.Equal(["32: 32", "8: 8", "40: 32", "40: 40"], embedded);
        Assert.Equal(LogisticOptions.PaperStrengths.Reverse(), strengths);
        Assert.Contains(Assert.Single(result.Chosen), strengths.Select(l2 => ("l2", l2)));
        Assert.All(
            ModuleState.Enumerate(encoder.Module),
            entry => Assert.True(entry.Value.eq(before[entry.Key]).all().item<bool>(), entry.Key));
    }

    [Fact]
    public void The_result_uses_the_measure_of_the_set()
    {
        // Ten test images of one class look like it, two of another do not: 10 of 12, but the mean over classes is one
        // half.
        TransferSet set = Pets(perClass: 6, testImages: [10, 2, 0, 0], disguised: 1);
        using TransferSplits splits = Open(set);
        using TransferSplits counted = Open(set with { Metric = TransferMetric.Top1 });
        var evaluation = new TransferEvaluation(encoder, Reading, seed: 0);
        Assert.Equal(0.5, evaluation.Run(splits).Value, 12);
        Assert.Equal(10.0 / 12, evaluation.Run(counted).Value, 12);
    }

    [Fact]
    public void Unreadable_images_are_left_out_and_counted()
    {
        TransferSet set = Pets(perClass: 5);
        folder.Write("oxford-iiit-pet/images/breed1_101.jpg", "this is no image");
        using TransferSplits splits = Open(set);
        Assert.Throws<DataException>(
            () => new TransferEvaluation(encoder, Reading with { MaxSkipped = 0 }, seed: 0).Run(splits));
        TransferResult result = new TransferEvaluation(encoder, Reading with { MaxSkipped = 0.5 }, seed: 0).Run(splits);
        Assert.Equal((1, 19), (result.SkippedImages, result.TestImages));
    }

    [Fact]
    public void Images_of_several_classes_are_ranked_for_each_class()
    {
        TransferSet set = ColoredVoc.Write(folder);
        using TransferSplits splits = Open(set);
        TransferResult result = new TransferEvaluation(encoder, Reading, seed: 0).Run(splits);
        Assert.InRange(result.Value, 0.9, 1);   // Chance is 0.1.
        Assert.InRange(result.Value, result.Interval.Low, result.Interval.High);
        Assert.Equal((120, 60), (result.TrainImages, result.TestImages));
        Assert.Equal(result.Value, result.Scores!.PerClass.Average(row => row.AveragePrecision!.Value), 1e-12);
        Assert.Equal(
            (60, 20 * 60, 20 * 60),
            (result.Scores.Paths.Count, result.Scores.Scores.Length, result.Scores.Marks.Length));
        Assert.Null(result.Outcome);
    }

    [Fact]
    public void Images_of_the_view_s_own_size_are_not_cropped_however_large()
    {
        RgbImage image = RandomImages.Noise(64, 64, 3);
        var options = new ViewOptions { Size = 64, Interpolation = Interpolation.Bilinear };
        float[] whole = new float[3 * 64 * 64];
        EvaluationTransform.ForTransfer(options).Render(image, whole);
        GoldenImage.AssertClose([.. image.Pixels.ToArray().Select(value => value / 255.0)], whole, 1e-6);

        float[] cropped = new float[whole.Length];
        new EvaluationTransform(options).Render(image, cropped);
        Assert.NotEqual(whole, cropped);
    }

    private TransferSplits Open(TransferSet set)
        => TransferSplits.Open(set, set.FindBelow(folder.Path)!, Reading, seed: 0, allowPartial: false);

    /// <summary>Four breeds of distinct colors; the disguised one looks like the first in the test images.</summary>
    private TransferSet Pets(int perClass, int[]? testImages = null, int disguised = -1)
    {
        testImages ??= [perClass, perClass, perClass, perClass];
        List<string> train = [];
        List<string> test = [];
        for (int breed = 0; breed < 4; breed++)
        {
            for (int i = 0; i < perClass; i++)
            {
                train.Add(Pet(breed, i, breed));
            }

            for (int i = 0; i < testImages[breed]; i++)
            {
                test.Add(Pet(breed, 100 + i, breed == disguised ? 0 : breed));
            }
        }

        folder.Write("oxford-iiit-pet/annotations/trainval.txt", string.Join('\n', train));
        folder.Write("oxford-iiit-pet/annotations/test.txt", string.Join('\n', test));
        return TransferCatalog.Find("pets")! with { Classes = 4, TrainImages = train.Count, TestImages = test.Count };
    }

    private string Pet(int breed, int number, int color)
    {
        Picture($"oxford-iiit-pet/images/breed{breed}_{number}.jpg", SKColor.FromHsv(color * 90, 90, 90), number);
        return $"breed{breed}_{number} {breed + 1} 1 1";
    }

    private void Picture(string path, SKColor color, int number) => folder.Write(path, EncodedImages.Encode(
        10,
        10,
        (x, y) => new SKColor(color.Red, color.Green, (byte)(color.Blue ^ (((x * number) + y) % 8))),
        SKEncodedImageFormat.Png));

    private sealed class ImmediateProgress<T>(Action<T> take) : IProgress<T>
    {
        public void Report(T value) => take(value);
    }
}
