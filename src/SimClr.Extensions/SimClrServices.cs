using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;
using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.Extensions;

/// <summary>
/// Registration of an encoder and an image index in a dependency injection container, which creates each at its first
/// use and disposes it.
/// </summary>
public static partial class SimClrServices
{
    private const string Category = "SimClr";

    /// <summary>
    /// Adds an <see cref="ImageEmbedder"/> and an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of images, one
    /// each for the program.
    /// </summary>
    /// <param name="services">The services of the program.</param>
    /// <param name="run">A run directory, or a file with an encoder.</param>
    /// <param name="configure">Sets further options, or null.</param>
    public static SimClrBuilder AddSimClr(
        this IServiceCollection services, string run, Action<SimClrOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(run);
        OptionsBuilder<SimClrOptions> options = services.AddOptions<SimClrOptions>().Configure(set => set.Run = run);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(CreateEmbedder);
        services.TryAddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            provider => new ImageEmbeddingGenerator(provider.GetRequiredService<ImageEmbedder>()));
        return new SimClrBuilder(services);
    }

    /// <summary>
    /// Adds an <see cref="ImageCollection"/> in a file, also as <see cref="VectorStoreCollection{TKey, TRecord}"/> and
    /// <see cref="IVectorSearchable{TRecord}"/>. It takes images as queries. The file is created if it does not exist.
    /// </summary>
    /// <param name="builder">The services of the encoder.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="configure">Sets further options, or null.</param>
    public static SimClrBuilder AddImageIndex(
        this SimClrBuilder builder, string path, Action<ImageIndexOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        IServiceCollection services = builder.Services;
        OptionsBuilder<ImageIndexOptions> options =
            services.AddOptions<ImageIndexOptions>().Configure(set => set.Path = path);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(CreateIndex);
        services.TryAddSingleton<VectorStoreCollection<string, ImageRecord>>(
            provider => provider.GetRequiredService<ImageCollection>());
        services.TryAddSingleton<IVectorSearchable<ImageRecord>>(
            provider => provider.GetRequiredService<ImageCollection>());
        return builder;
    }

    private static ImageEmbedder CreateEmbedder(IServiceProvider provider)
    {
        SimClrOptions options = provider.GetRequiredService<IOptions<SimClrOptions>>().Value;
        var embedder = ImageEmbedder.Load(options.Run, options.Device, options.Data, options.Threads);
        if (Logger(provider) is { } logger)
        {
            LogEncoder(logger, embedder.Encoder.Options.Name, embedder.Dimension, options.Run);
        }

        return embedder;
    }

    private static ImageCollection CreateIndex(IServiceProvider provider)
    {
        ImageIndexOptions options = provider.GetRequiredService<IOptions<ImageIndexOptions>>().Value;
        string run = provider.GetRequiredService<IOptions<SimClrOptions>>().Value.Run;
        ImageEmbedder embedder = provider.GetRequiredService<ImageEmbedder>();
        var index = new SqliteImageCollection(options.Path, IndexDescription.ForEncoder(embedder.Encoder, run))
        {
            Embedder = embedder,
            Exact = options.Exact,
        };
        try
        {
            index.EnsureCollectionExistsAsync().GetAwaiter().GetResult();   // Completes at once.
            index.Description.Require(embedder.Encoder, index.Name, run);
        }
        catch
        {
            index.Dispose();
            throw;
        }

        if (Logger(provider) is { } logger)
        {
            LogIndex(logger, options.Path, index.CountAsync().GetAwaiter().GetResult());
        }

        return index;
    }

    private static ILogger? Logger(IServiceProvider provider)
        => provider.GetService<ILoggerFactory>()?.CreateLogger(Category);

    [LoggerMessage(LogLevel.Information, "Encoder {Name}, {Dimension} numbers per image, from {Run}.")]
    private static partial void LogEncoder(ILogger logger, string name, int dimension, string run);

    [LoggerMessage(LogLevel.Information, "Index {Path} with {Images} images.")]
    private static partial void LogIndex(ILogger logger, string path, long images);
}
