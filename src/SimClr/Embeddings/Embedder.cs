using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>Turns images into their representations h: batch norm in inference mode, nothing random.</summary>
public static class Embedder
{
    private const int BatchSize = 128;

    /// <summary>Embeds every readable image of a set, in its order.</summary>
    /// <param name="encoder">The encoder with its preprocessing.</param>
    /// <param name="images">What to embed.</param>
    /// <param name="options">How images are read.</param>
    /// <param name="skipped">Where unreadable images are listed; they get no row.</param>
    /// <param name="progress">Told the number of images done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="DataException">Too many images cannot be read, or none can.</exception>
    public static EmbeddingTable Embed(
        TrainedEncoder encoder,
        ImageDataSet images,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return Embed(encoder, images, new EvaluationTransform(encoder.Views), options, skipped, progress, cancellation);
    }

    /// <summary>The same for images that go through another transform.</summary>
    internal static EmbeddingTable Embed(
        TrainedEncoder encoder,
        ImageDataSet images,
        EvaluationTransform transform,
        DataOptions? options = null,
        SkippedImages? skipped = null,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new DataOptions();
        using var inference = new InferenceMode(encoder.Module);
        using var pixels = new PixelRing(BatchSize, transform.Size, inference.Device, ScalarType.Float32);
        var loader = new BatchLoader(
            images,
            pixels.Memory,
            (image, address, batch) => transform.Render(image, batch.Floats(address.Position)),
            skipped ?? new SkippedImages(images, options),
            options.Workers,
            substituteUnreadable: false);

        float[] rows = [];   // All of them from the start: a list that grows holds them up to three times.
        var kept = new List<int>();
        int dimension = 0;
        foreach (ImageBatch batch in loader.Load(BatchOrder.InOrder(images.Count, BatchSize).Select(b => new BatchPlan(0, b)), cancellation))
        {
            using var scope = NewDisposeScope();
            int count = batch.Indices.Length;
            Tensor h = encoder.Module.forward(pixels.Take(batch.Slot, count)).cpu().to_type(ScalarType.Float32).contiguous();
            dimension = (int)h.shape[1];
            rows = rows.Length == 0 ? new float[(long)images.Count * dimension] : rows;
            ReadOnlySpan<float> values = h.data<float>().ToArray();
            for (int i = 0; i < count; i++)
            {
                if (batch.IsReadable(i))
                {
                    values.Slice(i * dimension, dimension).CopyTo(rows.AsSpan(kept.Count * dimension));
                    kept.Add(batch.Indices[i]);
                }
            }

            progress?.Report(kept.Count);
        }

        Array.Resize(ref rows, kept.Count * dimension);   // Where images were skipped; else nothing is done.
        return kept.Count == 0
            ? throw new DataException($"{images.Name}: no image could be read; there is nothing to embed")
            : new EmbeddingTable(
                rows, dimension, [.. kept.Select(images.PathOf)],
                images.Labels is { } labels ? [.. kept.Select(i => labels[i])] : null, images.ClassNames);
    }
}
