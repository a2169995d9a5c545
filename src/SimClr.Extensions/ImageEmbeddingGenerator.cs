using Microsoft.Extensions.AI;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Extensions;

/// <summary>
/// An <see cref="ImageEmbedder"/> behind the interface of Microsoft.Extensions.AI: images as
/// <see cref="DataContent"/> → representations. Any number of threads may use it.
/// </summary>
public sealed class ImageEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    private readonly ImageEmbedder embedder;
    private readonly EmbeddingGeneratorMetadata metadata;

    /// <summary>Wraps an embedder.</summary>
    /// <param name="embedder">The embedder, which remains the caller's.</param>
    public ImageEmbeddingGenerator(ImageEmbedder embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        this.embedder = embedder;
        metadata = new EmbeddingGeneratorMetadata(
            "simclr",
            providerUri: null,
            embedder.Encoder.SourceFile ?? embedder.Encoder.Options.Name,
            embedder.Dimension);
    }

    /// <summary>Embeds images, in order.</summary>
    /// <param name="values">JPEG, PNG, WebP, BMP or GIF files, with a media type of images.</param>
    /// <param name="options">
    /// The options, or null. <see cref="EmbeddingGenerationOptions.Dimensions"/> must be that of the encoder; other
    /// options have no effect.
    /// </param>
    /// <param name="cancellationToken">Stops the work between images.</param>
    /// <returns>The vectors, and the number of images as the count <c>images</c> of the usage.</returns>
    /// <exception cref="ArgumentException">A value is not an image, or the encoder has another dimension.</exception>
    /// <exception cref="UnreadableImageException">An image cannot be decoded.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted && wanted != embedder.Dimension)
        {
            throw new ArgumentException(
                $"got {wanted} dimensions, expected {embedder.Dimension}, as the encoder produces", nameof(options));
        }

        DataContent[] images = [.. values];
        foreach (DataContent image in images)
        {
            if (!image.HasTopLevelMediaType("image"))
            {
                throw new ArgumentException($"got {image.MediaType}, expected an image", nameof(values));
            }
        }

        float[][] vectors = await Task.WhenAll(images.Select((image, number) => embedder.EmbedAsync(
            image.Data, image.Name ?? $"image {number}", cancellationToken))).ConfigureAwait(false);
        return new GeneratedEmbeddings<Embedding<float>>(
            vectors.Select(vector => new Embedding<float>(vector) { ModelId = metadata.DefaultModelId }))
        {
            Usage = new UsageDetails
            {
                AdditionalCounts = new AdditionalPropertiesDictionary<long> { ["images"] = images.Length },
            },
        };
    }

    /// <summary>
    /// Returns this object, its <see cref="EmbeddingGeneratorMetadata"/>, its <see cref="ImageEmbedder"/> or its
    /// <see cref="TrainedEncoder"/>; null for another type or with a key.
    /// </summary>
    /// <param name="serviceType">The type.</param>
    /// <param name="serviceKey">The key, or null.</param>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType == typeof(ImageEmbedder) ? embedder
            : serviceType == typeof(TrainedEncoder) ? embedder.Encoder
            : null;
    }

    /// <summary>Does nothing: the embedder is the caller's.</summary>
    public void Dispose()
    {
    }
}
