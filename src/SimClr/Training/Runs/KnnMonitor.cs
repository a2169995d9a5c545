using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// The kNN accuracy of h on held-out training images, measured during training. Training does not depend on it, and no
/// test images are used.
/// </summary>
internal sealed class KnnMonitor : IRunObserver
{
    /// <summary>The minimum number of images for a meaningful accuracy.</summary>
    public const int MinImages = 100;

    private const int MaxNeighbors = 1000;
    private const int MaxQueries = 500;
    private const int MaxMeasurements = 20;

    private readonly ImageDataSet bank;
    private readonly ImageDataSet queries;
    private readonly TrainedEncoder encoder;
    private readonly PretrainOptions options;
    private readonly SkippedImages skipped;
    private readonly RunCalendar calendar;
    private readonly CancellationToken cancellation;

    private KnnMonitor(
        ImageDataSet bank,
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

    /// <summary>Creates a monitor for labeled images; returns null without labels or with too few images.</summary>
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
        if (images.Labels is null || images.Count < MinImages)
        {
            return null;
        }

        int[] order = new RandomStream(options.Seed, Purpose.Probe).Permutation(images.Count);
        int asked = Math.Min(MaxQueries, images.Count / 5);
        int answering = Math.Min(MaxNeighbors, images.Count - asked);
        return new KnnMonitor(
            images.Subset(order[asked..(asked + answering)]), images.Subset(order[..asked]), encoder, options, skipped,
            calendar, cancellation);
    }

    /// <summary>The accuracy after the last step, 0 … 1; null where it was not measured.</summary>
    public double? Accuracy { get; private set; }

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
        => Accuracy = calendar.EndsEpoch(state.Step) ? Measure(state.Step / calendar.StepsPerEpoch) : null;

    // Null in epochs that are skipped to limit the cost, and when the run is stopped.
    private double? Measure(long epoch)
    {
        int every = (options.Schedule.Epochs + MaxMeasurements - 1) / MaxMeasurements;
        if (epoch % every != 0 && epoch != options.Schedule.Epochs)
        {
            return null;
        }

        try
        {
            EmbeddingTable answers = Embedder.Embed(encoder, bank, options.Data, skipped, cancellation: cancellation);
            EmbeddingTable questions = Embedder.Embed(
                encoder, queries, options.Data, skipped, cancellation: cancellation);
            return KnnClassifier.Evaluate(answers, questions, Math.Min(20, answers.Count)).Top1;
        }
        catch (OperationCanceledException)
        {
            // The run is about to write its checkpoint and stop.
            return null;
        }
    }
}
