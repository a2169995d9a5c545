using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Evaluation;

/// <summary>
/// Transfer by linear evaluation (paper, Appendix B.8.1). Features come from the frozen encoder, without augmentation:
/// the short side of each image is resized to the encoder's image size, and the center is cropped. L-BFGS fits a
/// logistic regression; its λ is chosen on the validation images, and the final fit uses the training and validation
/// images. Multi-label sets have one classifier per class.
/// </summary>
/// <param name="encoder">The encoder, unchanged afterward.</param>
/// <param name="data">The options for reading images.</param>
/// <param name="seed">The seed of the intervals' resamples.</param>
public sealed class TransferEvaluation(TrainedEncoder encoder, DataOptions data, long seed)
{
    private readonly EvaluationTransform transform = EvaluationTransform.ForTransfer(encoder.Views);

    /// <summary>Evaluates one set.</summary>
    /// <param name="splits">The set.</param>
    /// <param name="embedding">Returns the receiver of the number of embedded images of a split.</param>
    /// <param name="sweep">Receives a report after each λ.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">Too many images are unreadable, or the rest cannot be learned from.</exception>
    public TransferResult Run(
        TransferSplits splits,
        Func<ImageDataSet, IProgress<int>>? embedding = null,
        IProgress<LogisticSweepPoint>? sweep = null,
        CancellationToken cancellation = default)
    {
        int skipped = 0;
        LogisticData train = Features(splits.Train);
        LogisticData validation = Features(splits.Validation);
        (EmbeddingTable table, LogisticData test) = Embed(splits.Test);
        var options = new LogisticOptions { Metric = MetricOf(splits.Set) };
        LogisticSelection selection = LogisticRegression.Choose(train, validation, options, sweep, cancellation);
        LogisticSweepPoint chosen = selection.Sweep.First(point => point.L2 == selection.Model.L2);
        float[] logits = selection.Model.Logits(test);
        MultiLabelScores? scores = test.Marks is { } marks
            ? new MultiLabelScores(table.Paths, splits.Test.ClassNames!, marks, logits)
            : null;
        EvaluationOutcome? outcome = scores is null
            ? EvaluationOutcome.FromScores(table, logits, selection.Model.Classes, seed)
            : null;
        (double value, Interval interval) = scores?.Measure(seed) ?? MeasureOf(splits.Set, outcome!);
        return new TransferResult(
            splits.Set, value, interval, chosen.Validation, [("l2", chosen.L2)], train.Count + validation.Count,
            test.Count, skipped, splits.IsPartial)
        {
            Outcome = outcome,
            Scores = scores,
        };

        LogisticData Features(ImageDataSet images) => Embed(images).Rows;

        (EmbeddingTable Table, LogisticData Rows) Embed(ImageDataSet images)
        {
            var unreadable = new SkippedImages(images, data);
            EmbeddingTable embedded = Embedder.Embed(
                encoder, images, transform, data, unreadable, embedding?.Invoke(images), cancellation: cancellation);
            skipped += unreadable.Count;
            return (embedded, RowsOf(embedded, images));
        }
    }

    /// <summary>Returns the metric by which settings are chosen: the measure of the set.</summary>
    public static SelectionMetric MetricOf(TransferSet set) => set.Metric switch
    {
        TransferMetric.Top1 => SelectionMetric.Top1,
        TransferMetric.MeanPerClass => SelectionMetric.MeanPerClass,
        _ => SelectionMetric.MeanAveragePrecision,
    };

    /// <summary>Returns the measure of a set with one class per image.</summary>
    public static (double Value, Interval Interval) MeasureOf(TransferSet set, EvaluationOutcome outcome)
        => set.Metric == TransferMetric.Top1
            ? (outcome.Top1, outcome.Top1Interval)
            : (outcome.MeanPerClass, outcome.MeanPerClassInterval);

    private static LogisticData RowsOf(EmbeddingTable table, ImageDataSet images) => images.MultiLabels is null
        ? LogisticData.FromTable(table)
        : LogisticData.FromTable(table, MultiLabelMarks.ForPaths(images, table.Paths), images.ClassNames!.Count);

    /// <summary>Evaluates on a separate thread.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public Task<TransferResult> RunAsync(
        TransferSplits splits,
        Func<ImageDataSet, IProgress<int>>? embedding = null,
        IProgress<LogisticSweepPoint>? sweep = null,
        CancellationToken cancellation = default)
        => LongTask.Run(() => Run(splits, embedding, sweep, cancellation));
}
