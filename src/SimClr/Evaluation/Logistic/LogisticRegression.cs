using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Logistic regression on fixed features (paper, Appendix B.8.1): the minimum over W: [classes, dimension] and b of
/// <code>Σᵢ ℓ(W xᵢ + b, yᵢ) + ½ λ ‖W‖²</code>
/// where ℓ = −log softmax of the true class if each row has one class (multinomial). If a row has any number of classes
/// (one-vs-rest), ℓ is the sum over classes of log(1 + exp(∓z)). As in scikit-learn, whose C is 1/λ, the losses are
/// summed, not averaged, and b is not regularized. (With two classes, scikit-learn regularizes the difference of their
/// rows of W; its C is then 2/λ.) The paper does not say whether losses are summed or averaged; this class assumes a
/// sum for the paper's λ. Solved by L-BFGS in double precision. Features of more than 64 MB in double precision are
/// stored in single precision, which the first steps also use.
/// </summary>
public sealed class LogisticRegression
{
    private readonly double[] weights;
    private readonly double[] intercepts;

    internal LogisticRegression(LogisticWeights found, double l2, LbfgsOutcome outcome)
    {
        (Classes, weights, intercepts) = (found.Classes, found.Weights, found.Intercepts);
        (L2, Objective, Iterations, Converged) = (l2, outcome.Value, outcome.Iterations, outcome.Converged);
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of features per row.</summary>
    public int Dimension => weights.Length / Classes;

    /// <summary>λ.</summary>
    public double L2 { get; }

    /// <summary>The objective on the training rows.</summary>
    public double Objective { get; }

    /// <summary>The number of L-BFGS steps.</summary>
    public int Iterations { get; }

    /// <summary>
    /// Whether the search ended close enough to the minimum, instead of running out of steps or precision.
    /// </summary>
    public bool Converged { get; }

    /// <summary>W, class by class: classes · dimension numbers; zero for classes without a training row.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>
    /// b: one number per class; negative infinity for classes without a training row, which are never predicted.
    /// </summary>
    public IReadOnlyList<double> Intercepts => intercepts;

    /// <summary>
    /// Fits one λ by way of stronger ones, each a tenth of the one before: at a weak λ the minimum is far from zero,
    /// and a search from zero would run out of steps.
    /// </summary>
    /// <param name="data">Rows of at least two classes.</param>
    /// <param name="l2">λ, above 0.</param>
    /// <param name="options">The stopping criteria; metric, strengths and hold-out are ignored.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// All rows are of one class or, with marks, a class is in all rows or in none.
    /// </exception>
    public static LogisticRegression Fit(
        LogisticData data, double l2, LogisticOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        _ = Require.Positive(l2);
        using var path = new LogisticPath(data, options ?? new LogisticOptions(), data.Classes);
        return path.Fit(l2, cancellation);
    }

    /// <summary>
    /// Fits every λ from the strongest to the weakest, each from the previous fit, chooses one by validation, and fits
    /// it to all rows.
    /// </summary>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">The validation rows; null to hold out some of the training rows.</param>
    /// <param name="options">The strengths, the metric and the hold-out.</param>
    /// <param name="progress">Receives a report after each λ.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <exception cref="DataException">
    /// All rows are of one class, the validation rows do not match the training rows, or the metric does not match the
    /// kind of ground truth.
    /// </exception>
    public static LogisticSelection Choose(
        LogisticData train,
        LogisticData? validation = null,
        LogisticOptions? options = null,
        IProgress<LogisticSweepPoint>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new LogisticOptions();
        LogisticScore.RequireCompatible(options.Metric, train);
        (LogisticData fitted, LogisticData held) = validation is null
            ? train.HoldOut(options.HoldOut, options.Seed)
            : (train, validation);
        fitted.RequireLike(held);
        int classes = Math.Max(fitted.Classes, held.Classes);

        var sweep = new List<LogisticSweepPoint>();
        LogisticRegression? best = null;
        double highest = double.NegativeInfinity;
        using (var path = new LogisticPath(fitted, options, classes))
        {
            foreach (double l2 in options.Strengths.Reverse())
            {
                LogisticRegression model = path.Fit(l2, cancellation);
                double score = LogisticScore.Compute(model, held, options.Metric);
                (best, highest) = best is null || score > highest ? (model, score) : (best, highest);
                sweep.Add(new LogisticSweepPoint(l2, score, model.Objective, model.Iterations, model.Converged));
                progress?.Report(sweep[^1]);

                // On processors with large caches, .NET lets the small objects of a search grow to a sizable share of
                // the memory of large features.
                if ((long)fitted.Count * fitted.Dimension > 1 << 23)
                {
                    GC.Collect(0);
                }
            }
        }

        using var whole = new LogisticPath(fitted.Concat(held), options, classes);
        return new LogisticSelection(whole.Fit(best!.L2, cancellation, from: best), sweep, fitted.Count, held.Count)
        {
            HeldOut = held.Labels is null ? null : new HeldOutScores(
                best.Logits(held),
                classes,
                held.Labels,
                validation is null ? "held-out training images" : "validation images"),
        };
    }

    /// <summary>Computes W x + b for each row.</summary>
    /// <param name="data">Rows of the same dimension; their ground truth is ignored.</param>
    /// <returns>rows · classes numbers, row by row.</returns>
    /// <exception cref="DataException">The dimension differs.</exception>
    public float[] Logits(LogisticData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Dimension != Dimension)
        {
            throw new DataException(
                $"got rows of {data.Dimension} numbers, expected {Dimension} as in the training rows; "
                    + "all must come from one encoder");
        }

        using var scope = NewDisposeScope();
        Tensor w = tensor(weights, [Classes, Dimension], device: CPU).t();
        Tensor b = tensor(intercepts, device: CPU);
        float[] logits = new float[(long)data.Count * Classes];
        foreach ((int start, Tensor x) in FeatureBlocks.Read(data))
        {
            addmm(b, x.to_type(float64), w, 1, 1).to_type(float32).data<float>().CopyTo(logits.AsSpan(start * Classes));
        }

        return logits;
    }
}
