using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Labels;
using SimClr.Tests.Data;
using SkiaSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Classification;

/// <summary>Images of three colors, and a small random encoder, which tells colors apart.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class ImageClassifierTests : IDisposable
{
    private const int Side = 12;
    private static readonly ViewOptions Views = new() { Size = Side };
    private static readonly EncoderOptions Options = new() { Name = "resnet18", Width = 0.0625 };
    private static readonly string[] Colors = ["blue", "green", "red"];

    private readonly TemporaryFolder folder = new();
    private readonly TrainedEncoder encoder = new(EncoderCatalog.Create(Options, Side, seed: 1), Options, Views);
    private readonly InMemoryDataSet images;
    private readonly EmbeddingTable table;
    private readonly ImageClassifier classifier;

    public ImageClassifierTests()
    {
        images = new InMemoryDataSet(
            [.. Enumerable.Range(0, 60).Select(i => Picture(i % 3, i))],
            [.. Enumerable.Range(0, 60).Select(i => i % 3)],
            Colors,
            "pictures");
        table = Embedder.Embed(encoder, images);
        classifier = FewLabelClassifier.Fit(
            table, Enumerable.Range(0, 30).ToDictionary(images.PathOf, i => Colors[i % 3]), encoder);
    }

    public void Dispose()
    {
        classifier.Dispose();
        images.Dispose();
        encoder.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void New_images_are_classified_and_the_quality_says_how_well()
    {
        for (int i = 30; i < 60; i++)
        {
            ImagePrediction found = classifier.Classify(images.Read(i));
            Assert.Equal(Colors[i % 3], found.Label);
            Assert.Equal(1, found.Probabilities.Sum(), 1e-5);
            Assert.Equal(found.Probabilities.Max(), found.Probability);
            Assert.Equal((found.Label, found.Probability), found.Top(2)[0]);
            Assert.Equal(3, found.Top(9).Count);
        }

        ClassifierQuality quality = classifier.Quality!;
        Assert.Equal(("few-label", 30, 30), (quality.Protocol, quality.Labels, quality.Images));
        Assert.Equal("5-fold cross-validation", quality.MeasuredOn);
        Assert.Equal(1, quality.Accuracy);
        Assert.Equal(30, quality.Uncalibrated!.Bins.Sum(bin => bin.Images));
        Assert.Equal(30, quality.Calibrated!.Bins.Sum(bin => bin.Images));
        Assert.Equal("h", classifier.Layer);
    }

    [Fact]
    public void Probabilities_agree_with_the_few_label_classifier_at_temperature_one()
    {
        FewLabelResult result = FewLabelClassifier.Fit(
            table, [.. Enumerable.Range(0, 30)], [.. Enumerable.Range(0, 30).Select(i => i % 3)], Colors);
        for (int row = 0; row < 60; row++)
        {
            ImagePrediction found = classifier.Classify(table[row]);
            double[] hot = [.. found.Probabilities.Select(p => Math.Pow(p, classifier.Temperature))];
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(result.Probabilities[(3 * row) + c], hot[c] / hot.Sum(), 1e-4);
            }
        }
    }

    [Fact]
    public void A_loaded_classifier_gives_the_same_bits()
    {
        string file = folder.PathOf("colors.simclr");
        classifier.Save(file);
        using var loaded = ImageClassifier.Load(file);

        Assert.Equal(classifier.ClassNames, loaded.ClassNames);
        Assert.Equal(classifier.Temperature, loaded.Temperature);
        Assert.Equal(classifier.Novelty!.Threshold, loaded.Novelty!.Threshold);
        Assert.Equal(classifier.Quality!.Calibrated!.Bins, loaded.Quality!.Calibrated!.Bins);
        Assert.Equal(
            classifier.Quality with { Calibrated = null, Uncalibrated = null },
            loaded.Quality with { Calibrated = null, Uncalibrated = null });
        foreach (int i in new[] { 0, 31, 59 })
        {
            AssertSame(classifier.Classify(images.Read(i)), loaded.Classify(images.Read(i)));
        }

        loaded.Save(folder.PathOf("again.simclr"));
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(folder.PathOf("again.simclr")));

        // The file is an encoder too.
        using TrainedEncoder alone = TrainedEncoder.Load(file);
        Assert.Equal(table[7], Embedder.Embed(alone, images)[7]);
    }

    [Fact]
    public void A_file_a_stream_bytes_and_pixels_are_the_same_image()
    {
        byte[] png = EncodedImages.Encode(Side, Side, (x, y) => ColorAt(2, 40, x, y), SKEncodedImageFormat.Png);
        ImagePrediction expected = classifier.Classify(Picture(2, 40));

        AssertSame(expected, classifier.Classify(folder.Write("a.png", png)));
        AssertSame(expected, classifier.Classify(new MemoryStream(png)));
        AssertSame(expected, classifier.Classify(png));
    }

    [Fact]
    public void A_set_gets_the_predictions_of_its_images()
    {
        ClassifiedImage[] all = [.. classifier.Classify(images)];

        Assert.Equal(Enumerable.Range(0, 60), all.Select(image => image.Index));
        Assert.Equal(images.PathOf(59), all[59].Path);
        for (int i = 0; i < 60; i++)
        {
            ImagePrediction one = classifier.Classify(images.Read(i));
            Assert.Equal(one.Class, all[i].Prediction.Class);
            Assert.Equal(one.Probability, all[i].Prediction.Probability, 1e-4);
            Assert.Equal(one.Novelty!.Value, all[i].Prediction.Novelty!.Value, 1e-4);
        }
    }

    [Fact]
    public void Eight_threads_get_the_bits_of_one()
    {
        ImagePrediction[] one = [.. Enumerable.Range(0, 60).Select(i => classifier.Classify(images.Read(i)))];
        var many = new ImagePrediction[60];
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            many[i] = classifier.Classify(images.Read(i)));

        Assert.All(one.Zip(many), pair => AssertSame(pair.First, pair.Second));
    }

    [Fact]
    public void Classifying_leaves_the_gradients_and_tensors_of_the_caller_alone()
    {
        _ = classifier.Classify(images.Read(0));
        using var count = new TensorCount();
        bool before = is_grad_enabled();

        _ = classifier.Classify(images.Read(1));

        Assert.Equal(before, is_grad_enabled());
        Assert.Equal(0, count.Growth);
    }

    [Fact]
    public void Noise_is_more_often_none_of_these_than_new_images_of_the_classes()
    {
        int known = Enumerable.Range(30, 30).Count(i => classifier.Classify(images.Read(i)).IsUnknown);
        var stream = new RandomStream(3, Purpose.Sample);
        int noise = Enumerable.Range(0, 30).Count(_ => classifier.Classify(new RgbImage(
            Side, Side, [.. Enumerable.Range(0, Side * Side * 3).Select(_ => (byte)stream.NextInt(256))])).IsUnknown);

        Assert.True(noise > 2 * known && noise >= 10, $"unknown: {known} of 30 new images, {noise} of 30 of noise");
    }

    [Fact]
    public void A_label_of_another_image_is_refused()
        => Assert.Contains(
            "'x.jpg' is labeled, and is not one of the 60 embedded images; expected paths such as 'pictures#0'",
            Assert.Throws<DataException>(() => FewLabelClassifier.Fit(
                table, new() { ["x.jpg"] = "red", ["pictures#0"] = "blue" }, encoder)).Message);

    [Fact]
    public void An_encoder_of_another_dimension_is_refused()
    {
        EncoderOptions wide = Options with { Width = 0.125 };
        using var other = new TrainedEncoder(EncoderCatalog.Create(wide, Side), wide, Views);

        Assert.Contains("expected the encoder that computed them", Assert.Throws<ArgumentException>(
            () => FewLabelClassifier.Fit(
                table, new() { ["pictures#0"] = "red", ["pictures#1"] = "blue" }, other)).Message);
    }

    [Fact]
    public void Files_that_are_no_whole_classifier_are_refused()
    {
        string file = folder.PathOf("colors.simclr");
        classifier.Save(file);
        byte[] whole = File.ReadAllBytes(file);
        byte[] flipped = [.. whole];
        flipped[^200] ^= 1;
        encoder.Save(folder.PathOf("encoder.safetensors"));

        Assert.Contains("cut short", Reject(whole[..(whole.Length / 2)]));
        Assert.Contains("cut short", Reject([]));
        Assert.Contains("damaged", Reject(flipped));
        Assert.Contains("this is an encoder without a classifier", Reject(File.ReadAllBytes(
            folder.PathOf("encoder.safetensors"))));
        Assert.Contains(
            "there is no such file",
            Assert.Throws<DataException>(() => ImageClassifier.Load("nothing.simclr")).Message);
    }

    [Fact]
    public void A_file_of_another_format_is_refused()
    {
        string file = folder.PathOf("colors.simclr");
        classifier.Save(file);
        using SafetensorsFile content = SafetensorsFile.Read(file);

        Assert.Contains("the classifier is of format 2, expected 1", Change("\"format\":1", "\"format\":2"));
        Assert.Contains("cannot be used", Change("\"class_names\":", "\"class_name\":"));
        Assert.Contains("damaged", Change("\"blue\"", "\"red\""));
        Assert.Contains("expected a tensor 'fc.weight'", Change("\"blue\",", ""));

        string Change(string from, string to)
        {
            var metadata = new Dictionary<string, string>(content.Metadata);
            metadata["classifier"] = metadata["classifier"].Replace(from, to, StringComparison.Ordinal);
            Assert.NotEqual(content.Metadata["classifier"], metadata["classifier"]);
            string changed = folder.PathOf("changed.simclr");
            SafetensorsFile.Write(changed, [.. content.Tensors], metadata);
            return Assert.Throws<DataException>(() => ImageClassifier.Load(changed)).Message;
        }
    }

    [Fact]
    public void A_custom_encoder_is_refused_on_loading()
    {
        using var custom = new TrainedEncoder(nn.Flatten(), new EncoderOptions(), new ViewOptions { Size = 4 });
        EmbeddingTable rows = Embedder.Embed(custom, images);
        using ImageClassifier own = FewLabelClassifier.Fit(
            rows, new() { ["pictures#0"] = "blue", ["pictures#1"] = "green" }, custom);
        own.Save(folder.PathOf("own.simclr"));

        Assert.Equal("blue", own.Classify(images.Read(3)).Label);
        Assert.Contains("it was trained with a custom encoder", Assert.Throws<DataException>(
            () => ImageClassifier.Load(folder.PathOf("own.simclr"))).Message);
    }

    [Fact]
    public void A_logistic_regression_is_kept_with_the_preprocessing_of_transfer()
    {
        EvaluationTransform transform = EvaluationTransform.ForTransfer(Views);
        EmbeddingTable rows = Embedder.Embed(encoder, images, transform);
        LogisticSelection found = LogisticRegression.Choose(
            LogisticData.FromTable(rows), options: new LogisticOptions { Strengths = [1, 0.01] });
        using var kept = ImageClassifier.FromLogistic(encoder, found, rows, forTransfer: true);
        kept.Save(folder.PathOf("l.simclr"));
        using var loaded = ImageClassifier.Load(folder.PathOf("l.simclr"));
        float[] probabilities = Softmax.Rows(
            [.. found.Model.Logits(LogisticData.FromTable(rows)).Select(logit => (float)(logit / kept.Temperature))],
            3);

        Assert.Equal("held-out training images", loaded.Quality!.MeasuredOn);
        Assert.Equal((60, 12), (loaded.Quality.Labels, loaded.Quality.Images));
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal(
                probabilities[(3 * i) + (i % 3)], loaded.Classify(images.Read(i)).Probabilities[i % 3], 1e-3);
        }
    }

    private string Reject(byte[] content)
        => Assert.Throws<DataException>(() => ImageClassifier.Load(folder.Write("bad.simclr", content))).Message;

    private static void AssertSame(ImagePrediction expected, ImagePrediction found)
    {
        Assert.Equal(expected.Probabilities, found.Probabilities);
        Assert.Equal(
            (expected.Label, expected.Novelty, expected.IsUnknown), (found.Label, found.Novelty, found.IsUnknown));
    }

    private static RgbImage Picture(int color, int number)
    {
        byte[] pixels = new byte[Side * Side * 3];
        for (int i = 0; i < Side * Side; i++)
        {
            SKColor at = ColorAt(color, number, i % Side, i / Side);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (at.Red, at.Green, at.Blue);
        }

        return new RgbImage(Side, Side, pixels);
    }

    private static SKColor ColorAt(int color, int number, int x, int y)
    {
        byte texture = (byte)(((x * ((number % 7) + 1)) + (y * 5) + number) % 64);
        return color switch
        {
            0 => new SKColor(texture, texture, 220),
            1 => new SKColor(texture, 220, texture),
            _ => new SKColor(220, texture, texture),
        };
    }
}
