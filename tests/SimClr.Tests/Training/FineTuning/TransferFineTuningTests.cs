using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Tests.Data;
using SimClr.Training;
using SkiaSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class TransferFineTuningTests : IDisposable
{
    private static readonly DataOptions Reading = new() { Workers = 1 };
    private static readonly SKColor Red = new(220, 30, 20);
    private static readonly SKColor Blue = new(20, 40, 230);

    private readonly TemporaryFolder folder = new();
    private readonly string encoder;

    public TransferFineTuningTests()
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 0.0625 };
        var views = new ViewOptions { Size = 10, Blur = false };
        using var fresh = new TrainedEncoder(EncoderCatalog.Create(options, views.Size), options, views);
        encoder = folder.PathOf("encoder.safetensors");
        fresh.Save(encoder);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Images_of_several_classes_are_learned_and_chosen_and_measured_by_their_ranking()
    {
        TransferSet set = ColoredVoc.Write(folder);
        using TransferSplits splits = Open(set);
        double[] guessed = [.. new[] { splits.Validation, splits.Test }.Select(ByNumber)];
        TransferResult result = Tune(splits, steps: 60, rate: 0.1);

        Assert.Equal([("rate", 0.1), ("weight_decay", 0.0), ("steps", 60.0)], result.Chosen);
        Assert.True(result.Validation > guessed[0] + 0.3, $"{result.Validation}, guessing {guessed[0]}");
        Assert.True(result.Value > guessed[1] + 0.3, $"{result.Value}, guessing {guessed[1]}");
        Assert.InRange(result.Value, result.Interval.Low, result.Interval.High);
        Assert.Equal(
            (120, 60, 0, false), (result.TrainImages, result.TestImages, result.SkippedImages, result.IsPartial));
    }

    [Fact]
    public void A_network_that_learns_nothing_ranks_by_number()
    {
        using TransferSplits splits = Open(ColoredVoc.Write(folder));
        TransferResult result = Tune(splits, steps: 1, rate: 0);
        Assert.Equal(ByNumber(splits.Validation), result.Validation, 12);
        Assert.Equal(ByNumber(splits.Test), result.Value, 12);
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_left_out_of_the_ranking()
    {
        TransferSet set = ColoredVoc.Write(folder);
        folder.Write("VOCdevkit/VOC2007/JPEGImages/000121.jpg", "this is no image");
        using TransferSplits splits = Open(set);
        TransferResult result = Tune(splits, steps: 1, rate: 0, Reading with { MaxSkipped = 0.5 });
        Assert.Equal((1, 59), (result.SkippedImages, result.TestImages));
        Assert.Equal(ByNumber(splits.Test.Subset([.. Enumerable.Range(1, 59)])), result.Value, 12);
    }

    /// <summary>
    /// In the validation and the test images, 4 of 8 of the first class look like the 2 of the second. Predicting the
    /// first class for all images gets 8 of 10 right, and half of each class on average; telling them apart by color
    /// gets 6 of 10 right, and three quarters on average.
    /// </summary>
    [Theory]
    [InlineData(true, 0, 0.8)]
    [InlineData(false, 0.05, 0.75)]
    public void Settings_are_chosen_by_the_measure_of_the_set(bool top1, double rate, double value)
    {
        using TransferSplits splits = Open(
            Aircraft() with { Metric = top1 ? TransferMetric.Top1 : TransferMetric.MeanPerClass });
        TransferResult result = Tune(splits, steps: 30, rate: 0.05);
        Assert.Equal(rate, result.Chosen[0].Value);
        Assert.Equal(value, result.Validation, 12);
        Assert.Equal(value, result.Value, 12);
    }

    [Fact]
    public void The_search_keeps_the_requested_score()
    {
        using TransferSplits splits = Open(Aircraft());
        Assert.Equal([0.8, 0.6], Scores(SelectionMetric.Top1));
        Assert.Equal([0.5, 0.75], Scores(SelectionMetric.MeanPerClass));

        double[] Scores(SelectionMetric metric)
            => [.. new FineTuning(encoder, new FineTuneOptions { Steps = 30 }, Reading, threads: 1)
            {
                Grid = Rates(0.05),
                Metric = metric,
                Validation = splits.Validation,
            }.Run(splits.Train, splits.Test).Search.Select(tried => Math.Round(tried.Score!.Value, 12))];
    }

    [Fact]
    public void A_class_that_counts_in_no_image_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var options = new EncoderOptions { Name = "resnet18", Width = 0.0625 };
        ResNet network = EncoderCatalog.Create(options, 10);
        using var model = new ClassifierModel(
            network, null, new LinearClassifier(network.RepresentationSize, 3), channelsLast: false);
        sbyte[][] presence = [[1, 0, -1], [-1, 0, 0], [1, 0, 1], [0, 0, -1]];
        StepOutcome outcome = new SupervisedStep(model, presence, new RankShare(3, parts: 1), World.Solo)
            .Compute(() => new ViewBatch(rand(3, 3, 10, 10), tensor([3L, 0, 2])));

        // 1 + 2 + 2 marks count, at logits of zero
        Assert.Equal(5 * Math.Log(2) / 3, outcome.Loss.item<float>(), 1e-6);
        Tensor gradient = model.get_parameter("classifier.layer.weight")!.grad!.abs();
        Assert.Equal(0, gradient[1].max().item<float>());
        Assert.True(gradient[0].max().item<float>() > 0 && gradient[2].max().item<float>() > 0);
    }

    [Fact]
    public void The_measure_must_fit_the_images()
    {
        using TransferSplits several = Open(ColoredVoc.Write(folder));
        using TransferSplits single = Open(Aircraft());
        Assert.Contains("several classes each", Refused(SelectionMetric.Top1, several), StringComparison.Ordinal);
        Assert.Contains(
            "several classes each", Refused(SelectionMetric.MeanAveragePrecision, several), StringComparison.Ordinal);
        Assert.Contains(
            "one class each", Refused(SelectionMetric.MeanAveragePrecision, single), StringComparison.Ordinal);

        string Refused(SelectionMetric metric, TransferSplits splits) => Assert.Throws<DataException>(
            () => new FineTuning(encoder, new FineTuneOptions { Steps = 1 }, Reading, threads: 1) { Metric = metric }
                .Run(splits.Train, splits.Test)).Message;
    }

    [Fact]
    public void Images_that_all_show_the_same_classes_are_refused()
    {
        using TransferSplits splits = Open(ColoredVoc.Write(folder));
        Assert.Contains(
            "none of the 20 classes is present in some of the 2 images and absent from others",
            Assert.Throws<DataException>(() => LabeledImages.RequireVaryingClass(splits.Train.Subset([0, 0]))).Message,
            StringComparison.Ordinal);
    }

    private static FineTuneGrid Rates(double rate) => new([0, rate], []) { FixedDecay = 0 };

    /// <summary>The mean average precision of images ranked by their numbers.</summary>
    private static double ByNumber(ImageDataSet images)
        => MeanAveragePrecision.Compute(
            new float[20 * images.Count], [.. images.MultiLabels!.SelectMany(marks => marks)], 20);

    private TransferResult Tune(TransferSplits splits, int steps, double rate, DataOptions? reading = null)
        => new TransferFineTuning(
            encoder,
            new FineTuneOptions { Steps = steps, BatchSize = 32 },
            Rates(rate),
            reading ?? Reading,
            TestDevice.Name,
            threads: 1).Run(splits);

    private TransferSplits Open(TransferSet set)
        => TransferSplits.Open(set, set.FindBelow(folder.Path)!, Reading, seed: 0, allowPartial: false);

    private TransferSet Aircraft()
    {
        folder.Write("fgvc-aircraft-2013b/data/variants.txt", "first\nsecond\n");
        Part("train", 1000, (8, "first", Red), (8, "second", Blue));
        Part("val", 2000, (4, "first", Red), (4, "first", Blue), (2, "second", Blue));
        Part("test", 3000, (4, "first", Red), (4, "first", Blue), (2, "second", Blue));
        return TransferCatalog.Find("aircraft")! with
        {
            Classes = 2,
            TrainImages = 16,
            ValidationImages = 10,
            TestImages = 10,
        };
    }

    private void Part(string part, int number, params (int Count, string Name, SKColor Color)[] groups)
    {
        List<string> lines = [];
        foreach ((int count, string name, SKColor color) in groups)
        {
            for (int i = 0; i < count; i++)
            {
                byte shade = (byte)(color.Green + (number % 7));
                folder.Write(
                    $"fgvc-aircraft-2013b/data/images/{++number}.jpg",
                    EncodedImages.OfColor(color.WithGreen(shade), SKEncodedImageFormat.Png, 10, 10));
                lines.Add($"{number} {name}");
            }
        }

        folder.Write($"fgvc-aircraft-2013b/data/images_variant_{part}.txt", string.Join('\n', lines));
    }
}
