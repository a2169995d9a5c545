using SimClr.Data;
using SimClr.Evaluation;

namespace SimClr.Training;

/// <summary>
/// Transfer by fine-tuning (paper, Appendix B.8.2): the whole network is trained on a set of the suite from the encoder of
/// a run; rate and decay are chosen on the validation images by top-1, and the network is trained again on the images for
/// training and validation. Each image must have one class.
/// </summary>
/// <param name="run">A run directory, or a safetensors file that pre-training wrote; only read.</param>
/// <param name="options">The recipe.</param>
/// <param name="grid">Rates and decays to choose from.</param>
/// <param name="data">How images are read.</param>
/// <param name="device">auto, cpu, cuda or mps.</param>
/// <param name="threads">Threads of the tensor library; 0 for one per core.</param>
internal sealed class TransferFineTuning(
    string run, FineTuneOptions options, FineTuneGrid grid, DataOptions data, string device, int threads)
{
    /// <summary>Whether the set's images have one class each.</summary>
    public static bool Fits(TransferSet set) => set.Metric != TransferMetric.MeanAveragePrecision;

    /// <summary>Fine-tunes on one set.</summary>
    /// <exception cref="DataException">The images have several classes, or too many cannot be read.</exception>
    /// <exception cref="DivergenceException">The loss is not finite with every setting.</exception>
    public TransferResult Run(TransferSplits splits, IProgress<FineTuneProgress>? progress = null, CancellationToken cancellation = default)
    {
        FineTuneResult result = new FineTuning(run, options, data, device, threads)
        {
            Progress = progress,
            Grid = grid,
            Validation = splits.Validation,
        }.Run(splits.Train, splits.Test, cancellation);
        EvaluationOutcome outcome = result.Outcome;
        (double value, Interval interval) = splits.Set.Metric == TransferMetric.Top1
            ? (outcome.Top1, outcome.Top1Interval)
            : (outcome.MeanPerClass, outcome.MeanPerClassInterval);
        return new TransferResult(
            splits.Set,
            value,
            interval,
            result.Search.Max(tried => tried.Top1 ?? 0),
            [("rate", result.Options.Rate), ("weight_decay", result.Options.WeightDecay), ("steps", result.Steps)],
            result.Labels,
            outcome.Labels.Count,
            result.SkippedImages,
            splits.IsPartial)
        {
            Outcome = outcome,
        };
    }
}
