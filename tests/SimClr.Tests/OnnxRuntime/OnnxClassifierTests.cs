using System.Text;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Classification;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Evaluation;
using SimClr.Heads;
using SimClr.Labels;
using SimClr.Onnx;
using SimClr.OnnxRuntime;
using SimClr.Tests.Data;
using Prediction = SimClr.OnnxRuntime.Prediction;

namespace SimClr.Tests.OnnxRuntime;

/// <summary>Classifiers of the library, and their exports without it.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class OnnxClassifierTests : IDisposable
{
    // Names that JSON and CSV must quote.
    private static readonly string[] Names = ["grün, \"hell\"", "синий", "red\n"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("h", 32, false)]
    [InlineData("h", 40, true)]
    [InlineData("z", 32, false)]
    [InlineData("1", 32, false)]
    public void Predictions_are_those_of_the_library(string layer, int size, bool forTransfer)
    {
        using TrainedEncoder encoder = Encoder(layer, size);
        using ImageDataSet train = TrainingImages(size);
        EmbeddingTable rows = Embedder.Embed(
            encoder,
            train,
            forTransfer ? EvaluationTransform.ForTransfer(encoder.Views) : new EvaluationTransform(encoder.Views));
        using ImageClassifier classifier = forTransfer
            ? ImageClassifier.FromLogistic(encoder, Regression(rows), rows, forTransfer: true)
            : FewLabelClassifier.Fit(
                rows, Enumerable.Range(0, train.Count).ToDictionary(train.PathOf, i => Names[i % 3]), encoder);
        OnnxExportResult result = OnnxExport.Write(classifier, folder.PathOf("animals.onnx"));
        using OnnxImageModel model = OnnxImageModel.Load(folder.PathOf("animals.onnx"));

        Assert.Equal(["embedding", "probabilities", "novelty"], result.Outputs);
        Assert.Equal((3, layer, true), (result.Classes, model.Layer, model.IsClassifier));
        Assert.Equal(classifier.ClassNames, model.ClassNames);
        Assert.Equal(classifier.Novelty!.Threshold, model.NoveltyThreshold);
        var labels = new HashSet<string>();
        foreach (string file in Directory.GetFiles(SampleFiles.Write(folder.PathOf("photos"))))
        {
            AssertSame(classifier.Classify(file), model.Classify(file));
            labels.Add(model.Classify(file).Label);
        }

        for (int i = 0; i < train.Count; i++)
        {
            RgbImage image = train.Read(i);
            Prediction found = model.Classify(image.Width, image.Height, image.Pixels);
            AssertSame(classifier.Classify(image), found);
            labels.Add(found.Label);
        }

        Assert.True(labels.Count > 1);
        byte[] png = File.ReadAllBytes(folder.PathOf("photos/gray.png"));
        Assert.Equal(model.Classify(png).Probabilities, model.Classify(new MemoryStream(png)).Probabilities);
    }

    [Fact]
    public void The_embedding_of_a_classifier_can_be_normalized_without_changing_its_predictions()
    {
        using TrainedEncoder encoder = Encoder("h", 32);
        using ImageDataSet train = TrainingImages(32);
        EmbeddingTable rows = Embedder.Embed(encoder, train);
        using ImageClassifier classifier = FewLabelClassifier.Fit(
            rows, Enumerable.Range(0, train.Count).ToDictionary(train.PathOf, i => Names[i % 3]), encoder);
        OnnxExport.Write(
            classifier,
            folder.PathOf("unit.onnx"),
            new OnnxExportOptions { Input = OnnxInput.Images, Normalize = true });
        using OnnxImageModel model = OnnxImageModel.Load(folder.PathOf("unit.onnx"));
        RgbImage image = train.Read(5);

        Assert.Equal(1, model.Embed(image.Width, image.Height, image.Pixels).Sum(value => value * value), 1e-5);
        AssertSame(classifier.Classify(image), model.Classify(image.Width, image.Height, image.Pixels));
        Assert.Matches(
            @"^few-label, 24 labels; accuracy \d+\.\d% on 24 images \(5-fold cross-validation\)$",
            model.Metadata["quality"]);
    }

    [Fact]
    public void Eight_threads_get_the_predictions_of_one()
    {
        using TrainedEncoder encoder = Encoder("h", 32);
        using ImageDataSet train = TrainingImages(32);
        EmbeddingTable rows = Embedder.Embed(encoder, train);
        using ImageClassifier classifier = FewLabelClassifier.Fit(
            rows, Enumerable.Range(0, train.Count).ToDictionary(train.PathOf, i => Names[i % 3]), encoder);
        OnnxExport.Write(classifier, folder.PathOf("animals.onnx"));
        using OnnxImageModel model = OnnxImageModel.Load(folder.PathOf("animals.onnx"));
        string[] files = Directory.GetFiles(SampleFiles.Write(folder.PathOf("photos")));
        Prediction[] serial = [.. files.Select(model.Classify)];

        Prediction[][] found = new Prediction[8][];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(number => new Thread(
            () => found[number] = [.. files.Select(model.Classify)]))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(found, predictions => Assert.All(predictions.Zip(serial), pair =>
        {
            Assert.Equal(pair.Second.Label, pair.First.Label);
            Assert.InRange(Difference(pair.Second.Probabilities, pair.First.Probabilities), 0, 1e-6);
        }));
    }

    [Fact]
    public void A_description_that_does_not_fit_the_outputs_is_refused()
    {
        using TrainedEncoder encoder = Encoder("h", 32);
        using ImageDataSet train = TrainingImages(32);
        EmbeddingTable rows = Embedder.Embed(encoder, train);
        using ImageClassifier classifier = FewLabelClassifier.Fit(
            rows, Enumerable.Range(0, train.Count).ToDictionary(train.PathOf, i => "abc"[i % 3].ToString()), encoder);
        (byte[] model, _) = OnnxExport.Create(classifier, new OnnxExportOptions { Input = OnnxInput.Images });

        Assert.Contains("does not fit its outputs", Refused("class_names", "class_tames"));
        Assert.Contains("does not fit its outputs", Refused("novelty_threshold", "novelty_thresholt"));
        Assert.Contains("is damaged", Refused("[\"a\",\"b\",\"c\"]", "[\"a\",\"b\",\"c\" "));
        Assert.Contains("does not fit its outputs", Refused("[\"a\",\"b\",\"c\"]", "[\"a\",\"b\"    ]"));

        string Refused(string from, string to)
        {
            byte[] changed = [.. model];
            int at = changed.AsSpan().IndexOf(Encoding.UTF8.GetBytes(from));
            Encoding.UTF8.GetBytes(to).CopyTo(changed, at);
            File.WriteAllBytes(folder.PathOf("changed.onnx"), changed);
            return Assert.Throws<InvalidDataException>(
                () => OnnxImageModel.Load(folder.PathOf("changed.onnx"))).Message;
        }
    }

    private static void AssertSame(ImagePrediction expected, Prediction found)
    {
        Assert.InRange(Difference(expected.Probabilities, found.Probabilities), 0, 1e-4);
        Assert.Equal(expected.Novelty!.Value, found.Novelty!.Value, 1e-4);
        Assert.Equal(1, found.Probabilities.Sum(), 1e-5);
        Assert.Equal(found.Probabilities.Max(), found.Probability);
        Assert.Equal((found.Label, found.Probability), found.Top(1)[0]);

        // Where rounding cannot decide.
        double[] highest = [.. expected.Probabilities.Select(p => (double)p).OrderDescending().Take(2)];
        Assert.True(expected.Label == found.Label || highest[0] - highest[1] < 2e-4);
    }

    private static double Difference(IReadOnlyList<float> expected, IReadOnlyList<float> found)
        => expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();

    private static LogisticSelection Regression(EmbeddingTable rows) => LogisticRegression.Choose(
        LogisticData.FromTable(rows), options: new LogisticOptions { Strengths = [1, 0.01] });

    private static TrainedEncoder Encoder(string layer, int size)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        var views = new ViewOptions { Size = size, Normalize = Normalization.ImageNet };
        var plain = new TrainedEncoder(EncoderCatalog.Create(options, size, seed: 1), options, views);
        var head = new HeadOptions { Hidden = 24, Output = 10, Layers = 3 };
        return layer switch
        {
            "h" => plain,
            "z" => plain.WithHead(new ProjectionHead(head, 32)),
            _ => plain.WithHead(new FirstLayers(head, 32, int.Parse(layer))),
        };
    }

    /// <summary>Images of three patterns.</summary>
    private static InMemoryDataSet TrainingImages(int size)
    {
        int side = size + 9;
        return new InMemoryDataSet(
            [.. Enumerable.Range(0, 24).Select(number => new RgbImage(side, side, Pixels(number, side)))],
            [.. Enumerable.Range(0, 24).Select(number => number % 3)],
            Names,
            "patterns");
    }

    private static byte[] Pixels(int number, int side)
    {
        byte[] pixels = new byte[3 * side * side];
        for (int i = 0; i < side * side; i++)
        {
            int texture = ((i % side * (number + 2)) + (i / side * 5)) % 70;
            for (int channel = 0; channel < 3; channel++)
            {
                pixels[(3 * i) + channel] = (byte)(texture + (channel == number % 3 ? 120 : 0));
            }
        }

        return pixels;
    }
}
