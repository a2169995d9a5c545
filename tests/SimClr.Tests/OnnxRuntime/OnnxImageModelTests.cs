using System.Text;
using Microsoft.Extensions.AI;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Onnx;
using SimClr.OnnxRuntime;
using SimClr.Tests.Data;
using SkiaSharp;
using UnreadableImageException = SimClr.OnnxRuntime.UnreadableImageException;

namespace SimClr.Tests.OnnxRuntime;

[Collection(ComputeThreadsCollection.Name)]
public sealed class OnnxImageModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(32, "none", "bicubic")]
    [InlineData(40, "imagenet", "bilinear")]
    public void Images_of_every_kind_are_embedded_as_in_the_library(int size, string normalize, string interpolation)
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions
        {
            Size = size,
            Normalize = EnumText.Parse<Normalization>(normalize),
            Interpolation = EnumText.Parse<Interpolation>(interpolation),
        });
        string photos = SampleFiles.Write(folder.PathOf("photos"));
        using ImageDataSet images = DataSets.Open(photos);
        EmbeddingTable expected = Embedder.Embed(encoder, images);
        using OnnxImageModel model = Load(encoder);

        Assert.Equal((32, "h", false), (model.Dimension, model.Layer, model.IsClassifier));
        Assert.Equal(SampleFiles.Count, expected.Count);
        for (int row = 0; row < expected.Count; row++)
        {
            string file = Path.Combine(photos, expected.Paths[row]);
            float[] embedding = model.Embed(file);
            AssertNear(expected[row].ToArray(), embedding);
            Assert.Equal(embedding, model.Embed(File.ReadAllBytes(file)));
            using FileStream stream = File.OpenRead(file);
            Assert.Equal(embedding, model.Embed(stream));
            RgbImage pixels = ImageDecoder.Decode(File.ReadAllBytes(file), file);
            Assert.Equal(embedding, model.Embed(pixels.Width, pixels.Height, pixels.Pixels));
        }
    }

    [Fact]
    public void Eight_threads_get_the_results_of_one()
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions { Size = 32 });
        string[] files = Directory.GetFiles(SampleFiles.Write(folder.PathOf("photos")));
        using OnnxImageModel model = Load(encoder);
        float[][] serial = [.. files.Select(model.Embed)];

        float[][][] found = new float[8][][];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(number => new Thread(
            () => found[number] = [.. files.Select(model.Embed)]))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(found, rows => Assert.All(rows.Zip(serial), pair => AssertNear(pair.Second, pair.First, 1e-6)));
    }

    [Fact]
    public async Task It_is_a_generator_of_embeddings()
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions { Size = 32 });
        string[] files = Directory.GetFiles(SampleFiles.Write(folder.PathOf("photos")));
        using OnnxImageModel model = Load(encoder);
        DataContent[] images = [.. files.Select(file => new DataContent(File.ReadAllBytes(file), "image/*"))];
        using (IEmbeddingGenerator<DataContent, Embedding<float>> generator = model.AsEmbeddingGenerator())
        {
            GeneratedEmbeddings<Embedding<float>> found = await generator.GenerateAsync(images);
            Assert.Equal(files.Select(model.Embed), found.Select(embedding => embedding.Vector.ToArray()));

            EmbeddingGeneratorMetadata metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
            Assert.Equal(("model", 32), (metadata.DefaultModelId, metadata.DefaultModelDimensions));
            Assert.Same(model, generator.GetService<OnnxImageModel>());
            Assert.Null(generator.GetService<string>());

            await Assert.ThrowsAsync<NotSupportedException>(
                () => generator.GenerateAsync(images, new EmbeddingGenerationOptions { Dimensions = 16 }));
            Assert.Contains("image 1 (image/png): not an image", (await Assert.ThrowsAsync<UnreadableImageException>(
                () => generator.GenerateAsync([images[0], new DataContent("no image"u8.ToArray(), "image/png")])))
                .Message);
            using var stop = new CancellationTokenSource();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => generator.GenerateAsync(images, cancellationToken: stop.Token));
        }

        Assert.Equal(32, model.Embed(files[0]).Length);
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Embed(files[0]));
    }

    [Fact]
    public void Unreadable_images_are_named_with_the_reason()
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions { Size = 32 });
        using OnnxImageModel model = Load(encoder, new OnnxImageModelOptions { DecodeLimitMegapixels = 0.001 });
        string large = folder.PathOf("large.png");
        File.WriteAllBytes(
            large, EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png, width: 40, height: 30));
        Assert.Equal(
            $"{large}: 40 × 30 pixels are 0.0012 megapixels, more than the 0.001 of "
                + "OnnxImageModelOptions.DecodeLimitMegapixels",
            Assert.Throws<UnreadableImageException>(() => model.Embed(large)).Message);

        string text = folder.PathOf("text.jpg");
        File.WriteAllText(text, "no image");
        Assert.Contains(
            $"{text}: not an image of a known format",
            Assert.Throws<UnreadableImageException>(() => model.Embed(text)).Message);
        byte[] whole = EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Jpeg, width: 16, height: 16);
        UnreadableImageException error = Assert.Throws<UnreadableImageException>(
            () => model.Embed(whole.AsSpan(0, whole.Length / 2)));
        Assert.Equal("the image", error.Path);
        Assert.Equal("the file is empty", Assert.Throws<UnreadableImageException>(() => model.Embed([])).Reason);
        Assert.Throws<FileNotFoundException>(() => model.Embed(folder.PathOf("nowhere.jpg")));
        Assert.Contains(
            "got 3 bytes, expected 2 × 1 × 3",
            Assert.Throws<ArgumentException>(() => model.Embed(1, 2, [1, 2, 3])).Message);
        Assert.Contains(
            "this model is an encoder, which has no classes",
            Assert.Throws<InvalidOperationException>(() => model.Classify(text)).Message);
    }

    [Fact]
    public void The_session_can_be_configured_and_the_limit_is_checked()
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions { Size = 32 });
        int calls = 0;
        using OnnxImageModel model = Load(encoder, new OnnxImageModelOptions
        {
            ConfigureSession = session =>
            {
                calls++;
                session.AppendExecutionProvider_CPU();
                session.IntraOpNumThreads = 1;
            },
        });

        Assert.Equal(1, calls);
        Assert.Equal(32, model.Embed(1, 1, [1, 2, 3]).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxImageModelOptions { DecodeLimitMegapixels = 0 });
    }

    [Fact]
    public void A_model_that_cannot_be_used_is_refused_with_the_reason()
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions { Size = 32 });
        OnnxExport.Write(encoder, folder.PathOf("tensor.onnx"));
        AssertRefused("tensor.onnx", "the model takes prepared images (images: float32 [batch, 3, 32, 32])");
        OnnxExport.Write(encoder, folder.PathOf("pixels.onnx"), new OnnxExportOptions { Input = OnnxInput.Pixels });
        AssertRefused("pixels.onnx", "export it with OnnxInput.Images");

        (byte[] model, _) = OnnxExport.Create(encoder, new OnnxExportOptions { Input = OnnxInput.Images }, head: null);
        Write("newer.onnx", Replaced(model, "\x06\x66ormat\x12\x01\x31", "\x06\x66ormat\x12\x01\x32"));
        AssertRefused("newer.onnx", "the model is of format 2, expected 1; use the version of SimClr.OnnxRuntime");
        Write("earlier.onnx", Replaced(model, "\x06\x66ormat", "\x06\x66armat"));
        AssertRefused("earlier.onnx", "the model does not state its format: an earlier version");
        Write("other.onnx", Replaced(model, "\x12\x06simclr", "\x12\x06others"));
        AssertRefused("other.onnx", "this model was made by 'others'");
        Write("text.onnx", Encoding.UTF8.GetBytes("not a model"));
        AssertRefused("text.onnx", "this is not a model exported by SimClr");
        Write("empty.onnx", []);
        AssertRefused("empty.onnx", "this is not a model exported by SimClr");

        Assert.Contains("no such file", Assert.Throws<FileNotFoundException>(
            () => OnnxImageModel.Load(folder.PathOf("nowhere.onnx"))).Message);
        Assert.Contains("this is a folder", Assert.Throws<FileNotFoundException>(
            () => OnnxImageModel.Load(folder.Path)).Message);
    }

    [Fact]
    public void A_model_that_was_cut_off_anywhere_is_refused()
    {
        using TrainedEncoder encoder = Encoder(new ViewOptions { Size = 32 });
        (byte[] model, _) = OnnxExport.Create(encoder, new OnnxExportOptions { Input = OnnxInput.Images }, head: null);
        int[] lengths =
        [
            1, 9, 10, 20, 30, model.Length / 3, model.Length / 2,
            .. Enumerable.Range(0, 40).Select(i => model.Length - 1 - (i * i)),
        ];
        foreach (int length in lengths)
        {
            Write("cut.onnx", model[..length]);
            AssertRefused("cut.onnx", "");
        }
    }

    private OnnxImageModel Load(TrainedEncoder encoder, OnnxImageModelOptions? options = null)
    {
        string file = folder.PathOf("model.onnx");
        OnnxExport.Write(encoder, file, new OnnxExportOptions { Input = OnnxInput.Images });
        return OnnxImageModel.Load(file, options);
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(folder.PathOf(name), content);

    private void AssertRefused(string name, string expected)
    {
        string message = Assert.Throws<InvalidDataException>(() => OnnxImageModel.Load(folder.PathOf(name))).Message;
        Assert.StartsWith($"{folder.PathOf(name)}: ", message);
        Assert.Contains(expected, message);
    }

    private static byte[] Replaced(byte[] content, string from, string to)
    {
        byte[] copy = [.. content];
        int at = copy.AsSpan().IndexOf(Encoding.Latin1.GetBytes(from));
        Assert.True(at >= 0);
        Encoding.Latin1.GetBytes(to).CopyTo(copy, at);
        return copy;
    }

    private static TrainedEncoder Encoder(ViewOptions views)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        return new TrainedEncoder(EncoderCatalog.Create(options, views.Size), options, views);
    }

    private static void AssertNear(float[] expected, float[] actual, double tolerance = 1e-4)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
        Assert.InRange(expected.Max() - expected.Min(), 0.01, float.MaxValue);
    }
}
