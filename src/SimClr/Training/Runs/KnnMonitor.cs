using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// Two measures of h during training: the kNN accuracy on a fixed sample of the training images, by the others, and,
/// without labels too, the share of the sample whose original is found from a perturbed copy. Training does not depend
/// on them, and no test images are used.
/// </summary>
internal sealed class KnnMonitor : IRunObserver
{
    /// <summary>The minimum number of images for a meaningful accuracy.</summary>
    public const int MinImages = 100;

    private const int MaxNeighbors = 1000;
    private const int MaxQueries = 500;
    private const int MaxOriginals = 250;
    private const int MaxMeasurements = 20;

    private readonly ImageDataSet? bank;
    private readonly ImageDataSet queries;
    private readonly TrainedEncoder encoder;
    private readonly PretrainOptions options;
    private readonly SkippedImages skipped;
    private readonly RunCalendar calendar;
    private readonly CancellationToken cancellation;

    private KnnMonitor(
        ImageDataSet? bank,
        ImageDataSet queries,
        TrainedEncoder encoder,
        PretrainOptions options,
        SkippedImages skipped,
        RunCalendar calendar,
        CancellationToken cancellation)
    {
        this.calendar = calendar;
        this.cancellation = cancellation;
        this.bank = bank;
        this.queries = queries;
        this.encoder = encoder;
        this.options = options;
        this.skipped = skipped;
    }

    /// <summary>Creates a monitor, without kNN for images without labels; returns null with too few images.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="encoder">The encoder in training.</param>
    /// <param name="options">The configuration of the run.</param>
    /// <param name="skipped">
    /// The run's list of unreadable images: a small part of the set may contain more than the allowed share of them.
    /// </param>
    /// <param name="calendar">The calendar of epochs.</param>
    /// <param name="cancellation">Stops a measurement.</param>
    public static KnnMonitor? For(
        ImageDataSet images,
        TrainedEncoder encoder,
        PretrainOptions options,
        SkippedImages skipped,
        RunCalendar calendar,
        CancellationToken cancellation)
    {
        if (images.Count < MinImages)
        {
            return null;
        }

        int[] order = new RandomStream(options.Seed, Purpose.Probe).Permutation(images.Count);
        int asked = Math.Min(MaxQueries, images.Count / 5);
        int answering = Math.Min(MaxNeighbors, images.Count - asked);
        ImageDataSet? bank = images.Labels is null ? null : images.Subset(order[asked..(asked + answering)]);
        return new KnnMonitor(
            bank, images.Subset(order[..asked]), encoder, options, skipped, calendar, cancellation);
    }

    /// <summary>The accuracy after the last step, 0 … 1; null where it was not measured.</summary>
    public double? Accuracy { get; private set; }

    /// <summary>
    /// The share of perturbed images whose nearest neighbor in the sample is their original
    /// (<see cref="Retrieval.FindOriginal"/>), 0 … 1; null where it was not measured.
    /// </summary>
    public double? FoundOriginals { get; private set; }

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
    {
        (Accuracy, FoundOriginals) = (null, null);
        if (!calendar.EndsEpoch(state.Step) || !IsMeasured(state.Step / calendar.StepsPerEpoch))
        {
            return;
        }

        try
        {
            EmbeddingTable questions = Embed(queries);
            Accuracy = bank is null ? null : AccuracyOf(Embed(bank), questions);
            FoundOriginals = FindOriginals(questions);
        }
        catch (OperationCanceledException)
        {
            // The run is about to write its checkpoint and stop.
        }
    }

    // Long runs skip epochs, to limit the cost.
    private bool IsMeasured(long epoch)
    {
        int every = (options.Schedule.Epochs + MaxMeasurements - 1) / MaxMeasurements;
        return epoch % every == 0 || epoch == options.Schedule.Epochs;
    }

    // Null if an image became unreadable in between.
    private double? FindOriginals(EmbeddingTable questions)
    {
        ImageDataSet originals = queries.Subset([.. Enumerable.Range(0, Math.Min(MaxOriginals, queries.Count))]);

        // Photographs are reduced first: the encoder sees no more detail than that.
        using var reduced = new ResizedDataSet(originals, 2 * options.Views.Size);
        using var perturbed = new PerturbedDataSet(reduced);
        EmbeddingTable copies = Embed(perturbed);
        return questions.Paths.Take(copies.Count).SequenceEqual(copies.Paths)
            ? Retrieval.FindOriginal(questions.Subset([.. Enumerable.Range(0, copies.Count)]), copies)
            : null;
    }

    private static double AccuracyOf(EmbeddingTable answers, EmbeddingTable questions)
        => KnnClassifier.Evaluate(answers, questions, Math.Min(20, answers.Count)).Top1;

    private EmbeddingTable Embed(ImageDataSet images)
        => Embedder.Embed(encoder, images, options.Data, skipped, cancellation: cancellation);
}
