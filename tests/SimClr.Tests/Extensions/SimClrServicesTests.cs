using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.VectorData;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Extensions;
using SimClr.Store;
using SimClr.Tests.Augmentation;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Extensions;

public sealed class SimClrServicesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string run;
    private readonly string[] images;

    public SimClrServicesTests()
    {
        run = folder.PathOf("encoder.safetensors");
        Save(run, seed: 0);
        images = [.. Enumerable.Range(0, 8).Select(i =>
        {
            RgbImage noise = RandomImages.Noise(20, 24, i);
            return folder.Write($"{i}.png", EncodedImages.Encode(
                20,
                24,
                (x, y) =>
                {
                    int at = 3 * ((y * 20) + x);
                    return new SKColor(noise.Pixels[at], noise.Pixels[at + 1], noise.Pixels[at + 2]);
                },
                SKEncodedImageFormat.Png));
        })];
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task One_line_gives_an_embedder_a_generator_and_an_index_that_takes_images()
    {
        string path = folder.PathOf("photos.index");
        var services = new ServiceCollection();
        services.AddSimClr(run, options => options.Threads = 2).AddImageIndex(path);
        var provider = services.BuildServiceProvider();
        var embedder = provider.GetRequiredService<ImageEmbedder>();
        var index = provider.GetRequiredService<ImageCollection>();
        Assert.Same(index, provider.GetRequiredService<IVectorSearchable<ImageRecord>>());
        Assert.Same(index, provider.GetRequiredService<VectorStoreCollection<string, ImageRecord>>());
        using (ImageDataSet set = ImageDataSet.FromFiles(images))
        {
            Assert.Equal(8, (await ImageIndexing.AddAsync(index, embedder.Encoder, set)).Added);
        }

        byte[] file = await File.ReadAllBytesAsync(images[3], TestContext.Current.CancellationToken);
        RgbImage decoded = ImageDecoder.Decode(file, "query");
        Assert.Equal(images[3], await First(index, images[3]));
        Assert.Equal(images[3], await First(index, file));
        Assert.Equal(images[3], await First(index, new ReadOnlyMemory<byte>(file)));
        Assert.Equal(images[3], await First<Stream>(index, new MemoryStream(file)));
        Assert.Equal(images[3], await First(index, decoded));
        Assert.Equal(images[3], await First(index, new DataContent(file, "image/png")));
        Assert.Equal(images[3], await First(index, embedder.Embed(decoded)));
        await Assert.ThrowsAsync<UnreadableImageException>(() => First(index, new byte[] { 1, 2, 3 }));
        await Assert.ThrowsAsync<NotSupportedException>(() => First(index, 7));

        index.Embedder = null;
        await Assert.ThrowsAsync<NotSupportedException>(() => First(index, decoded));
        index.EmbeddingGenerator = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        Assert.Equal(images[3], await First(index, new DataContent(file, "image/png")));

        await provider.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => embedder.Embed(decoded));

        // The next program finds the file.
        using ServiceProvider next = services.BuildServiceProvider();
        Assert.Equal(images[5], await First(next.GetRequiredService<ImageCollection>(), images[5]));
    }

    [Fact]
    public void An_index_of_another_encoder_is_refused()
    {
        string path = folder.PathOf("photos.index");
        var services = new ServiceCollection();
        services.AddSimClr(run).AddImageIndex(path);
        using (ServiceProvider provider = services.BuildServiceProvider())
        {
            provider.GetRequiredService<ImageCollection>();
        }

        Save(folder.PathOf("other.safetensors"), seed: 1);
        var others = new ServiceCollection();
        others.AddSimClr(folder.PathOf("other.safetensors")).AddImageIndex(path);
        using ServiceProvider other = others.BuildServiceProvider();
        Assert.Contains(
            "vectors of different encoders cannot be compared",
            Assert.Throws<DataException>(() => other.GetRequiredService<ImageCollection>()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_generator_gives_the_vectors_of_the_embedder_and_describes_itself()
    {
        using var embedder = ImageEmbedder.Load(run);
        using var generator = new ImageEmbeddingGenerator(embedder);
        DataContent[] contents = [.. images.Select(path => new DataContent(File.ReadAllBytes(path), "image/png"))];
        GeneratedEmbeddings<Embedding<float>> generated = await generator.GenerateAsync(
            contents, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(images.Length, generated.Count);
        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal(embedder.Embed(images[i]), generated[i].Vector.ToArray());
        }

        Assert.Equal(images.Length, generated.Usage!.AdditionalCounts!["images"]);
        var metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();
        Assert.Equal(("simclr", run, embedder.Dimension),
            (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(embedder, generator.GetService<ImageEmbedder>());
        Assert.Same(embedder.Encoder, generator.GetService<TrainedEncoder>());
        Assert.Same(generator, generator.GetService<ImageEmbeddingGenerator>());
        Assert.Null(generator.GetService(typeof(ImageEmbedder), "key"));
        Assert.Null(generator.GetService<string>());

        await Assert.ThrowsAsync<ArgumentException>(
            () => generator.GenerateAsync([new DataContent("text"u8.ToArray(), "text/plain")]));
        await Assert.ThrowsAsync<ArgumentException>(
            () => generator.GenerateAsync(contents, new EmbeddingGenerationOptions { Dimensions = 7 }));
        Assert.Equal("image 1", (await Assert.ThrowsAsync<UnreadableImageException>(() => generator.GenerateAsync(
            [contents[0], new DataContent(new byte[] { 1, 2 }, "image/png")]))).Path);
        Assert.Empty(await generator.GenerateAsync([]));
    }

    [Fact]
    public void The_encoder_and_the_index_are_logged()
    {
        var log = new Lines();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(log);
        services.AddSimClr(run).AddImageIndex(folder.PathOf("photos.index"));
        using ServiceProvider provider = services.BuildServiceProvider();
        provider.GetRequiredService<ImageCollection>();
        Assert.Equal(
            [
                $"SimClr: Encoder resnet18, 32 numbers per image, from {run}.",
                $"SimClr: Index {folder.PathOf("photos.index")} with 0 images.",
            ],
            log.Written);
    }

    private static async Task<string> First<T>(ImageCollection index, T query)
        where T : notnull
    {
        await foreach (VectorSearchResult<ImageRecord> found in index.SearchAsync(query, 1))
        {
            Assert.Equal(1, found.Score!.Value, 4);
            return found.Record.Path;
        }

        return "";
    }

    private static void Save(string file, long seed)
    {
        var options = new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 };
        using var encoder = new TrainedEncoder(
            EncoderCatalog.Create(options, 16, seed), options, new ViewOptions { Size = 16 });
        encoder.Save(file);
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        private string category = "";

        public List<string> Written { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName)
        {
            category = categoryName;
            return this;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
            => Written.Add($"{category}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
