using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// kNN accuracy of h on held-out training images, measured during training. Training does not depend on it, and no test
/// image is touched.
/// </summary>
internal sealed class KnnMonitor : IRunObserver
{
    /// <summary>Fewer images tell nothing.</summary>
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

    /// <summary>A monitor for labeled images, or null where there are no labels or too few images.</summary>
    /// <param name="images">What is learned from.</param>
    /// <param name="encoder">The encoder in training.</param>
    /// <param name="options">The run's configuration.</param>
    /// <param name="skipped">The run's own list: a small part of the set may hold more than the allowed share of unreadable images.</param>
    /// <param name="calendar">When epochs end.</param>
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
            images.Subset(order[asked..(asked + answering)]), images.Subset(order[..asked]), encoder, options, skipped, calendar, cancellation);
    }

    /// <summary>The accuracy after the last step, 0 … 1; null where it was not measured.</summary>
    public double? Accuracy { get; private set; }

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
        => Accuracy = calendar.EndsEpoch(state.Step) ? Measure(state.Step / calendar.StepsPerEpoch) : null;

    // Null in epochs that are skipped to keep the cost low, and when the run is stopped.
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
            EmbeddingTable questions = Embedder.Embed(encoder, queries, options.Data, skipped, cancellation: cancellation);
            return KnnClassifier.Evaluate(answers, questions, Math.Min(20, answers.Count)).Top1;
        }
        catch (OperationCanceledException)
        {
            // The run is about to write its checkpoint and stop.
            return null;
        }
    }
}
