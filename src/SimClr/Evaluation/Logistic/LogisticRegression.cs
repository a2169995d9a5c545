using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Logistic regression on fixed features (paper, Appendix B.8.1): the minimum over W: [classes, dimension] and b of
/// <code>Σᵢ ℓ(W xᵢ + b, yᵢ) + ½ λ ‖W‖²</code>
/// with ℓ = −log softmax of the true class where a row has one class (multinomial), or the sum over classes of
/// log(1 + exp(∓z)) where it has any number (one against the rest). The losses are summed, not averaged, and b is not
/// regularized, as in scikit-learn, whose C is 1/λ. (With two classes it regularizes the difference of their rows of W: its
/// C is then 2/λ.) The paper says neither sum nor mean; its λ are taken to be of this form.
/// Found by L-BFGS in double precision; where the features take more than 64 MB so, they are held in single, and so are the
/// first steps.
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

    /// <summary>Classes.</summary>
    public int Classes { get; }

    /// <summary>Numbers per row of features.</summary>
    public int Dimension => weights.Length / Classes;

    /// <summary>λ.</summary>
    public double L2 { get; }

    /// <summary>The objective on the rows it was fitted to.</summary>
    public double Objective { get; }

    /// <summary>Steps of L-BFGS.</summary>
    public int Iterations { get; }

    /// <summary>Whether the search ended because it was near enough to the minimum, and not for want of steps or of precision.</summary>
    public bool Converged { get; }

    /// <summary>W, class by class: classes · dimension numbers. Zero for classes without a training row.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>b. Negative infinity for classes without a training row, which are never predicted.</summary>
    public IReadOnlyList<double> Intercepts => intercepts;

    /// <summary>
    /// Fits one λ, coming from stronger ones by tenths: at a weak one the minimum is far from zero, and a search from there would
    /// run out of steps.
    /// </summary>
    /// <param name="data">At least two classes.</param>
    /// <param name="l2">λ, above 0.</param>
    /// <param name="options">Where the search stops; metric, strengths and hold-out are not read.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="DataException">All rows are of one class, or with marks, a class is in all rows or in none.</exception>
    public static LogisticRegression Fit(
        LogisticData data, double l2, LogisticOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        _ = Require.Positive(l2);
        using var path = new LogisticPath(data, options ?? new LogisticOptions(), data.Classes);
        return path.Fit(l2, cancellation);
    }

    /// <summary>Fits every λ, from the strongest to the weakest, each from the one before; chooses by validation; fits that to all rows.</summary>
    /// <param name="train">Rows to fit to.</param>
    /// <param name="validation">Rows to choose by; null to hold some of the training rows out.</param>
    /// <param name="options">The strengths, the metric and the hold-out.</param>
    /// <param name="progress">Told after each λ.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="DataException">
    /// All rows are of one class, the validation rows do not fit the others, or the metric does not fit the kind of truth.
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
        (LogisticData fitted, LogisticData held) = validation is null ? train.HoldOut(options.HoldOut, options.Seed) : (train, validation);
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

                // On processors with large caches .NET lets a search's small objects pile up to a good part of what many features take.
                if ((long)fitted.Count * fitted.Dimension > 1 << 23)
                {
                    GC.Collect(0);
                }
            }
        }

        using var whole = new LogisticPath(fitted.Concat(held), options, classes);
        return new LogisticSelection(whole.Fit(best!.L2, cancellation, from: best), sweep, fitted.Count, held.Count);
    }

    /// <summary>W x + b for each row.</summary>
    /// <param name="data">Rows of the same dimension; what is true of them is not read.</param>
    /// <returns>rows · classes numbers, row by row.</returns>
    /// <exception cref="DataException">The dimension differs.</exception>
    public float[] Logits(LogisticData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Dimension != Dimension)
        {
            throw new DataException($"got rows of {data.Dimension} numbers, expected {Dimension}, as fitted; they must come from one encoder");
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
