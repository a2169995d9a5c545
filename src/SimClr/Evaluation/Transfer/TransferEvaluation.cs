using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>
/// Transfer by linear evaluation (paper, Appendix B.8.1): features of the frozen encoder, images resized to its short side
/// and cropped in the center, no augmentation; logistic regression by L-BFGS, its λ chosen on the validation images and
/// fitted again to those for training and validation. Images of several classes have one classifier for each class.
/// </summary>
/// <param name="encoder">The encoder; it comes back exactly as it was.</param>
/// <param name="data">How images are read.</param>
/// <param name="seed">Fixes the resamples of the intervals.</param>
public sealed class TransferEvaluation(TrainedEncoder encoder, DataOptions data, long seed)
{
    private readonly EvaluationTransform transform = EvaluationTransform.ForTransfer(encoder.Views);

    /// <summary>Evaluates one set.</summary>
    /// <param name="splits">The set.</param>
    /// <param name="embedding">What is told how many images of a part are embedded.</param>
    /// <param name="sweep">Told after each λ.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="DataException">Too many images cannot be read, or what is left cannot be learned from.</exception>
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
        MultiLabelScores? scores = test.Marks is { } marks ? new MultiLabelScores(table.Paths, splits.Test.ClassNames!, marks, logits) : null;
        EvaluationOutcome? outcome = scores is null ? EvaluationOutcome.FromScores(table, logits, selection.Model.Classes, seed) : null;
        (double value, Interval interval) = scores?.Measure(seed) ?? MeasureOf(splits.Set, outcome!);
        return new TransferResult(
            splits.Set, value, interval, chosen.Validation, [("l2", chosen.L2)], train.Count + validation.Count, test.Count, skipped, splits.IsPartial)
        {
            Outcome = outcome,
            Scores = scores,
        };

        LogisticData Features(ImageDataSet images) => Embed(images).Rows;

        (EmbeddingTable Table, LogisticData Rows) Embed(ImageDataSet images)
        {
            var unreadable = new SkippedImages(images, data);
            EmbeddingTable embedded = Embedder.Embed(encoder, images, transform, data, unreadable, embedding?.Invoke(images), cancellation: cancellation);
            skipped += unreadable.Count;
            return (embedded, RowsOf(embedded, images));
        }
    }

    /// <summary>What settings are chosen by: the measure of the set.</summary>
    public static SelectionMetric MetricOf(TransferSet set) => set.Metric switch
    {
        TransferMetric.Top1 => SelectionMetric.Top1,
        TransferMetric.MeanPerClass => SelectionMetric.MeanPerClass,
        _ => SelectionMetric.MeanAveragePrecision,
    };

    /// <summary>The measure of a set whose images have one class each.</summary>
    public static (double Value, Interval Interval) MeasureOf(TransferSet set, EvaluationOutcome outcome)
        => set.Metric == TransferMetric.Top1 ? (outcome.Top1, outcome.Top1Interval) : (outcome.MeanPerClass, outcome.MeanPerClassInterval);

    private static LogisticData RowsOf(EmbeddingTable table, ImageDataSet images) => images.MultiLabels is null
        ? LogisticData.FromTable(table)
        : LogisticData.FromTable(table, MultiLabelMarks.ForPaths(images, table.Paths), images.ClassNames!.Count);
}
