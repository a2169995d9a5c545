using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Inference;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using SkiaSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SimClr.Tests.Embeddings;

/// <summary>The witness is <see cref="Embedder"/>, which computes whole sets in fixed batches.</summary>
public sealed class ImageEmbedderTests : IDisposable
{
    private const int Size = 32;
    private const int Count = 37;   // a full batch and a part of one

    private static readonly ViewOptions Views = new() { Size = Size };
    private static readonly EncoderOptions Narrow = new() { Name = "resnet18", Width = 0.25 };

    private readonly TemporaryFolder folder = new();
    private readonly TrainedEncoder encoder = new(EncoderCatalog.Create(Narrow, Size), Narrow, Views);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        encoder.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Every_form_of_an_image_gets_the_vector_of_its_row()
    {
        using ImageDataSet images = Photos();
        EmbeddingTable table = Embedder.Embed(encoder, images, cancellation: Cancellation);
        using var embedder = new ImageEmbedder(encoder, threads: 3);
        Assert.Equal(table.Dimension, embedder.Dimension);
        RgbImage[] decoded = [.. Enumerable.Range(0, Count).Select(images.Read)];
        float[][] together = embedder.EmbedAll(decoded, Cancellation);
        float[][] some = embedder.EmbedAll(decoded[5..8], Cancellation);
        Assert.Empty(embedder.EmbedAll([], Cancellation));
        for (int row = 0; row < Count; row++)
        {
            AssertSame(table[row], together[row]);
        }

        foreach (int row in new[] { 5, 6, 7 })
        {
            float[] expected = table[row].ToArray();
            string path = images.PathOf(row);
            byte[] file = await File.ReadAllBytesAsync(path, Cancellation);
            AssertSame(expected, some[row - 5]);
            AssertSame(expected, embedder.Embed(path));
            AssertSame(expected, embedder.Embed(file));
            AssertSame(expected, embedder.Embed(new MemoryStream(file)));
            AssertSame(expected, embedder.Embed(decoded[row]));
            float[] streamed = await embedder.EmbedAsync(new MemoryStream(file), cancellation: Cancellation);
            AssertSame(expected, streamed);
            float[] awaited = await embedder.EmbedAsync(decoded[row], Cancellation);
            AssertSame(expected, awaited);
            AssertSame(expected, Assert.Single(embedder.EmbedAll([decoded[row]], Cancellation)));
        }
    }

    [Fact]
    public async Task A_set_becomes_the_table_of_the_whole_set()
    {
        using ImageDataSet images = Photos();
        EmbeddingTable expected = Embedder.Embed(encoder, images, cancellation: Cancellation);
        using var embedder = new ImageEmbedder(encoder);
        EmbeddingTable table = await embedder.EmbedAsync(images, cancellation: Cancellation).ToTableAsync(Cancellation);
        AssertSame(expected.Values, table.Values);
        Assert.Equal(expected.Paths, table.Paths);
        Assert.Equal(expected.Labels, table.Labels);
        Assert.Equal(expected.ClassNames, table.ClassNames);
        Assert.Equal(expected.Widths, table.Widths);
        Assert.Equal(expected.Heights, table.Heights);
    }

    [Fact]
    public async Task Images_that_come_one_by_one_keep_their_order()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 150).Select(i => RandomImages.Noise(20 + i, 33, i))];
        using var set = new InMemoryDataSet(images);
        EmbeddingTable expected = Embedder.Embed(encoder, set, cancellation: Cancellation);
        using var embedder = new ImageEmbedder(encoder, threads: 2);
        EmbeddingTable table = await embedder.EmbedAsync(images.ToAsyncEnumerable(), Cancellation)
            .ToTableAsync(Cancellation);
        AssertSame(expected.Values, table.Values);
        Assert.Equal(expected.Paths, table.Paths);
        Assert.Equal(expected.Widths, table.Widths);
        Assert.Null(table.Labels);
    }

    [Fact]
    public void Sixteen_threads_get_the_answers_of_one()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 24).Select(i => RandomImages.Noise(30 + i, 40, i))];
        float[][] serial;
        using (var alone = new ImageEmbedder(encoder, threads: 1))
        {
            serial = [.. images.Select(alone.Embed)];
        }

        Assert.Equal(images.Length, serial.Select(vector => string.Join(' ', vector)).Distinct().Count());
        using var embedder = new ImageEmbedder(encoder, threads: 2);
        InThreads(16, thread =>
        {
            for (int i = 0; i < images.Length; i++)
            {
                int image = (i + thread) % images.Length;
                float[] vector = thread % 4 == 0 ? embedder.EmbedAll([images[image], images[0]])[0]
                    : embedder.Embed(images[image]);
                AssertSame(serial[image], vector);
            }
        });
    }

    [Fact]
    public void A_custom_encoder_and_a_head_are_computed_by_their_modules()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 5).Select(i => RandomImages.Noise(40, 30, i))];
        using var set = new InMemoryDataSet(images);
        using Module<Tensor, Tensor> head = Sequential(
            ("linear", Linear(128, 6)), ("norm", BatchNorm1d(6)), ("drop", Dropout(0.5)));
        using var custom = new TrainedEncoder(Custom(), new EncoderOptions(), Views);
        var withHead = new TrainedEncoder(encoder.Module, Narrow, Views) { Head = head };
        foreach (TrainedEncoder one in new[] { custom, withHead })
        {
            one.Module.train();
            head.train();
            EmbeddingTable expected = Embedder.Embed(one, set, cancellation: Cancellation);
            using var embedder = new ImageEmbedder(one);
            float[][] all = embedder.EmbedAll(images, Cancellation);
            InThreads(4, thread =>
            {
                AssertNear(expected[thread], embedder.Embed(images[thread]));
                AssertNear(expected[thread], all[thread]);
            });
            Assert.True(one.Module.training);
            Assert.True(head.training);
        }
    }

    [Fact]
    public void Unreadable_images_are_named_and_the_next_ones_embedded()
    {
        using var embedder = new ImageEmbedder(encoder);
        string missing = folder.PathOf("missing.jpg");
        string text = folder.Write("text.jpg", "not an image");
        Assert.Equal(missing, Assert.Throws<UnreadableImageException>(() => embedder.Embed(missing)).Path);
        Assert.Equal(text, Assert.Throws<UnreadableImageException>(() => embedder.Embed(text)).Path);
        Assert.Equal("upload", Assert.Throws<UnreadableImageException>(
            () => embedder.Embed(new MemoryStream([1, 2, 3]), "upload")).Path);
        Assert.Equal("bytes", Assert.Throws<UnreadableImageException>(() => embedder.Embed([])).Path);
        Assert.Equal(embedder.Dimension, embedder.Embed(RandomImages.Noise(9, 9, 1)).Length);
        using var strict = new ImageEmbedder(encoder, new DataOptions { DecodeLimitMegapixels = 1e-5 });
        Assert.Contains("megapixels", Assert.Throws<UnreadableImageException>(
            () => strict.Embed(EncodedImages.OfColor(SKColors.Red, SKEncodedImageFormat.Png))).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_images_of_a_set_are_left_out_unless_they_are_too_many()
    {
        using var embedder = new ImageEmbedder(encoder);
        using FlawedDataSet some = Images.Set(10, 2);
        var lenient = new SkippedImages(some, new DataOptions { MaxSkipped = 0.5 });
        EmbeddingTable table = await embedder.EmbedAsync(some, lenient, Cancellation).ToTableAsync(Cancellation);
        Assert.Equal(Enumerable.Range(0, 10).Where(i => i != 2).Select(some.PathOf), table.Paths);
        Assert.Equal(1, lenient.Count);
        await Assert.ThrowsAsync<DataException>(
            () => embedder.EmbedAsync(some, cancellation: Cancellation).ToTableAsync(Cancellation));
        await Assert.ThrowsAsync<DataException>(
            () => AsyncEnumerable.Empty<EmbeddedImage>().ToTableAsync(Cancellation));
    }

    [Fact]
    public async Task A_reader_may_leave_early_or_cancel()
    {
        using var set = new InMemoryDataSet(Enumerable.Range(0, 300).Select(i => RandomImages.Noise(8, 8, i)));
        using var embedder = new ImageEmbedder(encoder);
        await foreach (EmbeddedImage image in embedder.EmbedAsync(set, cancellation: Cancellation))
        {
            // Another call in between does not wait for the enumeration.
            AssertSame(image.Vector, embedder.Embed(set.Read(0)));
            break;
        }

        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => embedder.EmbedAsync(set, cancellation: source.Token).ToTableAsync(Cancellation));
        Assert.ThrowsAny<OperationCanceledException>(() => embedder.EmbedAll([set.Read(0), set.Read(1)], source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedder.EmbedAsync(set.Read(0), source.Token));
    }

    [Fact]
    public void An_encoder_that_was_given_is_not_disposed_and_one_that_was_loaded_is()
    {
        string file = folder.PathOf("encoder.safetensors");
        encoder.Save(file);
        RgbImage image = RandomImages.Noise(50, 40, 1);
        var loaded = ImageEmbedder.Load(file);
        var given = new ImageEmbedder(encoder);
        AssertSame(given.Embed(image), loaded.Embed(image));
        Tensor weight = encoder.Module.parameters().First();
        Tensor loadedWeight = loaded.Encoder.Module.parameters().First();
        given.Dispose();
        given.Dispose();
        loaded.Dispose();
        Assert.False(weight.IsInvalid);
        Assert.True(loadedWeight.IsInvalid);
        Assert.Throws<ObjectDisposedException>(() => given.Embed(image));
        Assert.Throws<DataException>(() => ImageEmbedder.Load(folder.PathOf("nothing")));
        Assert.Throws<ConfigurationException>(() => new ImageEmbedder(encoder, threads: 1_000_000));
    }

    [Fact]
    public void Gradients_stay_on_for_the_thread_that_embeds()
    {
        using var embedder = new ImageEmbedder(encoder);
        Assert.True(is_grad_enabled());
        embedder.Embed(RandomImages.Noise(9, 9, 1));
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using var count = new TensorCount();
        using (var embedder = new ImageEmbedder(encoder, threads: 1))
        {
            embedder.Embed(RandomImages.Noise(9, 9, 1));
            embedder.EmbedAll([RandomImages.Noise(9, 9, 1), RandomImages.Noise(9, 9, 2)], Cancellation);
        }

        Assert.Equal(0, count.Growth);
    }

    private static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (DirectConvolution.Supports(zeros(16, 16, 1, 1)))
        {
            Assert.Equal(expected.ToArray(), actual.ToArray());
        }
        else
        {
            AssertNear(expected, actual);
        }
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double largest = expected.ToArray().Max(Math.Abs);
        GoldenImage.AssertClose([.. expected.ToArray().Select(v => v / largest)], Scaled(actual), 1e-5);

        float[] Scaled(ReadOnlySpan<float> values) => [.. values.ToArray().Select(v => (float)(v / largest))];
    }

    private static void InThreads(int count, Action<int> work)
    {
        var errors = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, count).Select(number => new Thread(() =>
        {
            try
            {
                work(number);
            }
            catch (Exception error)
            {
                errors.Enqueue(error);
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Empty(errors);
    }

    private static Module<Tensor, Tensor> Custom() => Sequential(
        ("conv", Conv2d(3, 4, 3)), ("norm", BatchNorm2d(4)), ("relu", ReLU()), ("drop", Dropout(0.5)),
        ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()));

    private ImageDataSet Photos()
    {
        for (int i = 0; i < Count; i++)
        {
            RgbImage image = RandomImages.Noise(35 + (i % 5), 30 + (i % 7), i);
            folder.Write($"photos/{(i % 2 == 0 ? "cat" : "dog")}/{i:00}.png", EncodedImages.Encode(
                image.Width,
                image.Height,
                (x, y) =>
                {
                    int at = 3 * ((y * image.Width) + x);
                    return new SKColor(image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
                },
                SKEncodedImageFormat.Png));
        }

        return ImageDataSet.FromFolder(folder.PathOf("photos"));
    }
}
