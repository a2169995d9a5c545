using Microsoft.Extensions.AI;

namespace SimClr.OnnxRuntime;

/// <summary>A model as a generator of embeddings for Microsoft.Extensions.AI. It does not own the model.</summary>
internal sealed class OnnxEmbeddingGenerator(OnnxImageModel model)
    : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    private readonly string modelId = Path.GetFileNameWithoutExtension(model.Path);

    /// <summary>Embeds images one after another, on a thread of the pool.</summary>
    /// <exception cref="UnreadableImageException">An image cannot be decoded.</exception>
    /// <exception cref="NotSupportedException">The options ask for another dimension.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimension && dimension != model.Dimension)
        {
            throw new NotSupportedException($"got {dimension} dimensions, but the model has {model.Dimension}");
        }

        return Task.Run(() => Generate(values, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata)
                ? new EmbeddingGeneratorMetadata(
                    "simclr", defaultModelId: modelId, defaultModelDimensions: model.Dimension)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(model) ? model
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private GeneratedEmbeddings<Embedding<float>> Generate(
        IEnumerable<DataContent> images, CancellationToken cancellation)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (DataContent image in images)
        {
            cancellation.ThrowIfCancellationRequested();
            string name = image.Name ?? $"image {embeddings.Count} ({image.MediaType})";
            embeddings.Add(new Embedding<float>(model.Embed(image.Data.Span, name)) { ModelId = modelId });
        }

        return embeddings;
    }
}
