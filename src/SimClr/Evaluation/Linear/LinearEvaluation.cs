using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Layers;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>The progress of a linear evaluation.</summary>
/// <param name="Epoch">The number of finished epochs.</param>
/// <param name="Epochs">The total number of epochs.</param>
/// <param name="Loss">The cross-entropy of the last step.</param>
public sealed record LinearProgress(int Epoch, int Epochs, double Loss);

/// <summary>
/// The paper's linear evaluation (Section 2.3, Appendix B.6): a linear layer on h of a frozen encoder (or on the output
/// of its head), trained on random crops and flips. The encoder's batch norm is in inference mode: neither its weights
/// nor its statistics change. Several ranks share each batch and the test images; the result does not depend on their
/// number, except for rounding.
/// </summary>
public static partial class LinearEvaluation
{
    /// <summary>Trains the layer on one set and classifies another.</summary>
    /// <param name="encoder">The encoder, unchanged afterward.</param>
    /// <param name="train">The labeled training images.</param>
    /// <param name="test">
    /// The labeled test images; classes match by name, and images of a class not in the training set count as wrong.
    /// </param>
    /// <param name="options">The recipe.</param>
    /// <param name="data">The options for reading images.</param>
    /// <param name="progress">Receives a report after each epoch.</param>
    /// <param name="communicator">
    /// The processes that share the work and all receive the result. Default: null, this process alone.
    /// </param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="ConfigurationException">
    /// The processes were started with different arguments, or outnumber the images of a batch.
    /// </exception>
    /// <exception cref="DataException">
    /// Labels are missing, the sets have no class in common, or too many images are unreadable.
    /// </exception>
    /// <exception cref="DivergenceException">The loss is not finite.</exception>
    public static LinearResult OnImages(
        TrainedEncoder encoder,
        ImageDataSet train,
        ImageDataSet test,
        LinearOptions? options = null,
        DataOptions? data = null,
        IProgress<LinearProgress>? progress = null,
        ICommunicator? communicator = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ICommunicator ranks = communicator ?? SingleProcess.Instance;
        options ??= new LinearOptions();
        data ??= new DataOptions();
        _ = train.RequireLabels();
        _ = ClassMatch.Create(train.ClassNames, test.ClassNames, test.RequireLabels());
        if (ranks.Size > 1)
        {
            RankAgreement.Check(ranks, ranks.OnEveryRank(() => EvaluationFacts.Collect(
                encoder.Module, encoder.Head, encoder.Views, data, [options], [("training", train), ("test", test)])));
            data = data with { Workers = data.Workers > 0 ? data.Workers : RankCores.CoresPerRank(ranks) };
        }

        EmbeddingTable questions = TablePair.Match(train.ClassNames, Embedder.Embed(
            encoder, test, new EvaluationTransform(encoder.Views), data, ranks: ranks, cancellation: cancellation));
        var skipped = new SkippedImages(train, data);
        using LinearTrainer trainer = Train(
            encoder, train, skipped, questions, options, data, progress, ranks, cancellation);
        ranks.Share(skipped);
        using Tensor h = tensor(questions.Values, [questions.Count, questions.Dimension], device: CPU);
        return trainer.Result(questions, trainer.Logits(h), train.Count - skipped.Count, options.Epochs) with
        {
            SkippedImages = skipped.Count + test.Count - questions.Count,
        };
    }

    private static LinearTrainer Train(
        TrainedEncoder encoder,
        ImageDataSet train,
        SkippedImages skipped,
        EmbeddingTable test,
        LinearOptions options,
        DataOptions data,
        IProgress<LinearProgress>? progress,
        ICommunicator ranks,
        CancellationToken cancellation)
    {
        ImageDataSet images = ranks.OnEveryRank(() => ImageCache.Load(train, data, skipped, null, cancellation));
        IReadOnlyList<int> labels = images.RequireLabels();
        using var known = ImageTable.FromLabels(labels);
        int batch = options.BatchSizeFor(images.Count);
        RankShare share = ranks.OnEveryRank(() => new RankShare(batch, parts: 1, ranks.Size, ranks.Rank));
        int classes = train.ClassNames?.Count ?? Math.Max(labels.Max() + 1, test.Classes);

        using var inference = new InferenceMode(encoder.Module);
        using InferenceMode? headInference = encoder.Head is null ? null : new InferenceMode(encoder.Head);
        using var pixels = new PixelRing(share.Images, encoder.Views.Size, inference.Device, ScalarType.Float32);
        var trainer = new LinearTrainer(
            test.Dimension, classes, images.Count, batch, options.Epochs, options.BaseRate * batch / 256, options,
            inference.Device, ranks);
        BatchLoader loader = Crops(encoder.Views, images, pixels, skipped, options, data);
        int perEpoch = images.Count / batch;
        int step = 0;
        foreach (ImageBatch views in loader.Load(Plans(images.Count, share, options), cancellation))
        {
            using var scope = NewDisposeScope();
            step++;
            (Tensor x, Tensor numbers) = pixels.Take(views.Slot, views.Indices);
            Tensor h = encoder.Module.forward(x);   // [n, r] of this rank's images, without gradient
            h = encoder.Head?.forward(h) ?? h;
            Tensor y = known.Rows(numbers);
            bool epochEnds = step % perEpoch == 0;
            trainer.Step(h, y, epochEnds);
            if (epochEnds)
            {
                progress?.Report(new LinearProgress(step / perEpoch, options.Epochs, trainer.Loss));
            }
        }

        return trainer;
    }

    private static BatchLoader Crops(
        ViewOptions views,
        ImageDataSet images,
        PixelRing ring,
        SkippedImages skipped,
        LinearOptions options,
        DataOptions data)
    {
        ViewOptions cropAndFlip = views.CropAndFlip();
        var renderer = new ViewRenderer(cropAndFlip);
        return new BatchLoader(
            images,
            ring.Memory,
            (image, address, buffer) => renderer.Render(
                image,
                ViewParameters.Draw(
                    cropAndFlip, image.Width, image.Height, options.Seed, address.Epoch, address.Index, 0),
                buffer.Floats(address.Position)),
            skipped,
            data.Workers,
            substituteUnreadable: true)
        {
            AwaitFree = ring.Await,
        };
    }

    private static IEnumerable<BatchPlan> Plans(int images, RankShare share, LinearOptions options)
    {
        long steps = (long)(images / share.Batch) * options.Epochs;
        return BatchOrder.Plans(options.Seed, images, share.Batch, 0, steps, share.Split);
    }

    /// <summary>Trains and tests on a separate thread.</summary>
    /// <inheritdoc cref="OnImages" path="/param"/>
    /// <inheritdoc cref="OnImages" path="/exception"/>
    public static Task<LinearResult> OnImagesAsync(
        TrainedEncoder encoder,
        ImageDataSet train,
        ImageDataSet test,
        LinearOptions? options = null,
        DataOptions? data = null,
        IProgress<LinearProgress>? progress = null,
        CancellationToken cancellation = default)
        => LongTask.Run(() => OnImages(encoder, train, test, options, data, progress, null, cancellation));
}
