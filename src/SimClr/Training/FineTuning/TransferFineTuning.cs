using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// Transfer by fine-tuning (paper, Appendix B.8.2): the whole network is trained on a set of the suite, starting from
/// the encoder of a run. Learning rate and weight decay are chosen on the validation images by the metric of the set,
/// and the network is trained again on the training and validation images. Images of several classes have one sigmoid
/// for each class.
/// </summary>
/// <param name="run">A run directory, or a safetensors file written by pre-training; only read.</param>
/// <param name="options">The recipe.</param>
/// <param name="grid">The learning rates and weight decays to choose from.</param>
/// <param name="data">The options for reading images.</param>
/// <param name="device">auto, cpu, cuda, cuda:N or mps.</param>
/// <param name="threads">The number of threads of the tensor library; 0 for one per core.</param>
public sealed class TransferFineTuning(
    string run, FineTuneOptions options, FineTuneGrid grid, DataOptions data, string device, int threads)
{
    /// <summary>Fine-tunes on one set.</summary>
    /// <exception cref="DataException">Too many images cannot be read, or the rest cannot be learned from.</exception>
    /// <exception cref="DivergenceException">The loss is not finite with every setting.</exception>
    public TransferResult Run(
        TransferSplits splits, IProgress<FineTuneProgress>? progress = null, CancellationToken cancellation = default)
    {
        using FineTunedNetwork network = new FineTuning(run, options, data, device, threads)
        {
            Progress = progress,
            Grid = grid,
            Metric = TransferEvaluation.MetricOf(splits.Set),
            Validation = splits.Validation,
        }.Fit(splits.Train, splits.Test, cancellation);
        var skipped = new SkippedImages(splits.Test, data);
        MultiLabelScores? scores = splits.Test.MultiLabels is null ? null
            : network.Classifier.Scores(splits.Test, data, skipped, cancellation);
        EvaluationOutcome? outcome = scores is null
            ? network.Classifier.Test(splits.Test, data, skipped, seed: options.Seed, cancellation: cancellation)
            : null;
        (double value, Interval interval) = scores?.Measure(options.Seed)
            ?? TransferEvaluation.MeasureOf(splits.Set, outcome!);
        return new TransferResult(
            splits.Set,
            value,
            interval,
            network.Search.Max(tried => tried.Score ?? 0),
            [("rate", network.Options.Rate), ("weight_decay", network.Options.WeightDecay), ("steps", network.Steps)],
            network.Images,
            scores?.Paths.Count ?? outcome!.Labels.Count,
            network.SkippedImages + skipped.Count,
            splits.IsPartial)
        {
            Search = [.. network.Search.Select(tried => new TransferTrial(tried.Rate, tried.WeightDecay, tried.Score))],
            Outcome = outcome,
            Scores = scores,
        };
    }

    /// <summary>Fine-tunes on a separate thread.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public Task<TransferResult> RunAsync(
        TransferSplits splits, IProgress<FineTuneProgress>? progress = null, CancellationToken cancellation = default)
        => LongTask.Run(() => Run(splits, progress, cancellation));
}
