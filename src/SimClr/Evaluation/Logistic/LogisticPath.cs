using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Fits logistic regressions to the same rows for a sequence of λ, each from the end of the previous fit. On the way to
/// a much weaker λ, and at the start, λ falls by factors of ten: the minimum at a weak λ is far away, but near that of
/// the previous λ.
/// </summary>
internal sealed class LogisticPath : IDisposable
{
    private const int Memory = 10;
    private const double SingleTolerance = 1e-6;
    private const double Tenth = 0.1;
    private const double IntermediateTolerance = 1e-4;

    private readonly LogisticOptions options;
    private readonly int allClasses;
    private readonly int[] learned;   // the classes with rows
    private readonly CenteredFeatures features;
    private readonly IClassLoss loss;
    private readonly LogisticObjective objective;
    private readonly double[] point;
    private double? last;   // the λ whose minimum is at point; null if none

    /// <param name="data">The rows.</param>
    /// <param name="options">The stopping criteria of each search.</param>
    /// <param name="classes">The number of classes of the models, at least that of the rows.</param>
    /// <param name="type">The precision of products; null to choose by size.</param>
    /// <exception cref="DataException">All rows are of one class, or a class is in all rows or in none.</exception>
    public LogisticPath(LogisticData data, LogisticOptions options, int classes, ScalarType? type = null)
    {
        this.options = options;
        allClasses = classes;
        learned = Learnable(data);
        features = new CenteredFeatures(data, type);
        loss = data.Labels is { } labels
            ? new SoftmaxLoss(labels.Select(label => Array.BinarySearch(learned, label)), learned.Length)
            : new SigmoidLoss(data.Marks!, learned.Length, features.Type);
        objective = new LogisticObjective(features, loss);
        point = new double[objective.Length];
    }

    /// <summary>Fits one λ.</summary>
    /// <param name="l2">λ.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
    /// <param name="from">A model of the same classes to start from instead of the last fit.</param>
    public LogisticRegression Fit(double l2, CancellationToken cancellation, LogisticRegression? from = null)
    {
        if (from is not null)
        {
            Start(from);
            last = from.L2;
        }

        int iterations = 0;
        for (double before = (last ?? objective.StrongL2) * Tenth; before > 2 * l2; before *= Tenth)
        {
            objective.L2 = before;
            iterations += Descend(
                single: features.Type != ScalarType.Float64, IntermediateTolerance, cancellation).Iterations;
        }

        objective.L2 = l2;
        iterations += features.Type == ScalarType.Float64 ? 0
            : Descend(single: true, options.Tolerance, cancellation).Iterations;
        LbfgsOutcome outcome = Descend(single: false, options.Tolerance, cancellation);
        last = l2;
        return new LogisticRegression(Uncentered(), l2, outcome with { Iterations = iterations + outcome.Iterations });
    }

    /// <summary>
    /// Descends in single precision as far as its rounding allows, or in double precision to the end.
    /// </summary>
    private LbfgsOutcome Descend(bool single, double wanted, CancellationToken cancellation)
    {
        objective.Exact = !single;
        using LogisticCurvature curvature = objective.CurvatureAt(point);
        var search = new Lbfgs(objective.Length, Memory)
        {
            Noise = single ? 1e-6 : 1e-14,
            NoiseInCurvature = single ? 1e-8 : 0,
        };
        double tolerance = single ? Math.Max(wanted, SingleTolerance) : wanted;
        return search.Minimize(
            objective.Evaluate, curvature.Apply, point, tolerance, options.MaxIterations, cancellation);
    }

    public void Dispose()
    {
        objective.Dispose();
        loss.Dispose();
        features.Dispose();
    }

    private static int[] Learnable(LogisticData data)
    {
        if (data.Labels is { } labels)
        {
            int[] present = [.. labels.Distinct().Order()];
            return present.Length > 1 ? present : throw new DataException(
                $"all {data.Count} training rows are of one class, expected at least two classes");
        }

        foreach (int c in Enumerable.Range(0, data.Classes))
        {
            int there = Enumerable.Range(0, data.Count).Count(row => data.Marks![(row * data.Classes) + c] > 0);
            int absent = Enumerable.Range(0, data.Count).Count(row => data.Marks![(row * data.Classes) + c] < 0);
            if (there == 0 || absent == 0)
            {
                throw new DataException(
                    $"class {c} is present in {there} training rows and absent from {absent}, "
                        + "expected at least one of each");
            }
        }

        return [.. Enumerable.Range(0, data.Classes)];
    }

    private double[] MeanOfFeatures() => [.. features.Mean.data<double>()];

    /// <summary>The model for uncentered features, with b − W·mean as intercepts.</summary>
    private LogisticWeights Uncentered()
    {
        int dimension = features.Dimension;
        double[] weights = new double[allClasses * dimension];
        double[] intercepts = new double[allClasses];
        Array.Fill(intercepts, double.NegativeInfinity);
        double[] mean = MeanOfFeatures();
        for (int i = 0; i < learned.Length; i++)
        {
            ReadOnlySpan<double> row = point.AsSpan(i * dimension, dimension);
            row.CopyTo(weights.AsSpan(learned[i] * dimension));
            intercepts[learned[i]] = point[objective.Weights + i]
                - System.Numerics.Tensors.TensorPrimitives.Dot(row, mean);
        }

        return new LogisticWeights(allClasses, weights, intercepts);
    }

    private void Start(LogisticRegression model)
    {
        int dimension = features.Dimension;
        double[] weights = [.. model.Weights];
        double[] mean = MeanOfFeatures();
        for (int i = 0; i < learned.Length; i++)
        {
            ReadOnlySpan<double> row = weights.AsSpan(learned[i] * dimension, dimension);
            row.CopyTo(point.AsSpan(i * dimension));
            double intercept = model.Intercepts[learned[i]] + System.Numerics.Tensors.TensorPrimitives.Dot(row, mean);
            point[objective.Weights + i] = double.IsFinite(intercept) ? intercept : 0;
        }
    }
}

/// <summary>The parameters of a linear layer.</summary>
/// <param name="Classes">The number of classes.</param>
/// <param name="Weights">The weights, class by class.</param>
/// <param name="Intercepts">The intercepts, one per class.</param>
internal sealed record LogisticWeights(int Classes, double[] Weights, double[] Intercepts);

/// <summary>The score of a logistic regression on rows, by the metric for the choice of λ.</summary>
internal static class LogisticScore
{
    /// <exception cref="DataException">
    /// The metric is for rows of one class and these have marks, or vice versa.
    /// </exception>
    public static void RequireCompatible(SelectionMetric metric, LogisticData data)
    {
        if (metric == SelectionMetric.MeanAveragePrecision == data.Marks is null)
        {
            throw new DataException(data.Marks is null
                ? $"{metric} is for rows with marks of several classes, expected {SelectionMetric.Top1} or "
                    + $"{SelectionMetric.MeanPerClass} for rows of one class"
                : $"{metric} is for rows of one class, expected {SelectionMetric.MeanAveragePrecision} for rows "
                    + "with marks of several classes");
        }
    }

    public static double Compute(LogisticRegression model, LogisticData data, SelectionMetric metric)
    {
        float[] logits = model.Logits(data);
        return metric switch
        {
            SelectionMetric.Top1 => Accuracy.TopK(logits, model.Classes, data.Labels!, 1),
            SelectionMetric.MeanPerClass => MeanPerClass(Accuracy.Predictions(logits, model.Classes), data.Labels!),
            _ => MeanAveragePrecision.Compute(logits, data.Marks!, model.Classes),
        };
    }

    /// <summary>Computes the mean accuracy per class, over the classes that have rows.</summary>
    public static double MeanPerClass(IReadOnlyList<int> predictions, IReadOnlyList<int> labels)
        => Enumerable.Range(0, labels.Count)
            .GroupBy(row => labels[row])
            .Average(rows => rows.Average(row => predictions[row] == labels[row] ? 1.0 : 0));
}
