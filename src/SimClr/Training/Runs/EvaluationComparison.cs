using SimClr.Evaluation;

namespace SimClr.Training;

/// <summary>The same evaluation of two runs: of one kind, on the same images, with the same settings.</summary>
/// <param name="A">The evaluation of the first run.</param>
/// <param name="B">The evaluation of the second run.</param>
/// <param name="Test">
/// The paper's permutation test (<see cref="PermutationTest"/>); null unless both runs kept the predictions of these
/// evaluations.
/// </param>
public sealed record EvaluationComparison(EvaluationRecord A, EvaluationRecord B, ModelComparison? Test)
{
    private const double Rounding = 1e-9;

    /// <summary>The accuracy of the first minus that of the second, or null.</summary>
    public double? Difference => A.Accuracy - B.Accuracy;

    /// <summary>Whether the 95% intervals of the accuracies overlap, which is weaker than a test; or null.</summary>
    public bool? IntervalsOverlap
        => A.AccuracyInterval is { } a && B.AccuracyInterval is { } b ? a.Low <= b.High && b.Low <= a.High : null;

    /// <summary>Pairs the newest evaluations of two runs that can be compared.</summary>
    /// <param name="a">The first run.</param>
    /// <param name="b">The second run.</param>
    /// <param name="samples">The number of random permutations of each test. Default: 100,000.</param>
    /// <param name="seed">The seed of the permutations. Default: 0.</param>
    /// <param name="cancellation">Stops a test.</param>
    public static IReadOnlyList<EvaluationComparison> Match(
        RunSummary a,
        RunSummary b,
        int samples = PermutationTest.DefaultSamples,
        long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Dictionary<string, EvaluationRecord> others = Newest(b);
        return
        [
            .. Newest(a).Where(own => others.ContainsKey(own.Key)).Select(own => new EvaluationComparison(
                own.Value,
                others[own.Key],
                PairOf(a, own.Value, b, others[own.Key]) is { } pair
                    ? PermutationTest.Compare(pair, samples, seed, cancellation)
                    : null)),
        ];
    }

    private static Dictionary<string, EvaluationRecord> Newest(RunSummary run)
        => run.Evaluations.GroupBy(record => record.Task).ToDictionary(same => same.Key, same => same.Last());

    private static PredictionPair? PairOf(RunSummary a, EvaluationRecord first, RunSummary b, EvaluationRecord second)
    {
        try
        {
            return Read(a, first) is { } here && Read(b, second) is { } there
                ? PredictionPair.Match(here, there, a.Run.Root, b.Run.Root)
                : null;
        }
        catch (DataException)
        {
            return null;   // unreadable, or of other images than they were
        }
    }

    // Null if the file is not (any more) of this evaluation.
    private static IReadOnlyList<Prediction>? Read(RunSummary run, EvaluationRecord record)
    {
        if (record.PredictionsFile(run.Run) is not { } file || !File.Exists(file))
        {
            return null;
        }

        IReadOnlyList<Prediction> rows = PredictionsFile.Read(file);
        // A transfer set may have another measure than the share of correct predictions.
        double correct = (double)rows.Count(row => row.Correct) / rows.Count;
        bool isShare = record.Results["top1"] is not null;
        return !isShare || Math.Abs(correct - (record.Accuracy ?? 0)) < Rounding ? rows : null;
    }
}
