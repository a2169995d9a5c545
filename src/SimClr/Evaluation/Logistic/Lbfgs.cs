using System.Numerics.Tensors;

namespace SimClr.Evaluation;

/// <summary>The value of a function at a point, and its gradient into the second span.</summary>
internal delegate double DifferentiableFunction(ReadOnlySpan<double> point, Span<double> gradient);

/// <summary>Multiplies a vector by a symmetric positive semidefinite matrix near the inverse of the function's second derivative.</summary>
internal delegate void InverseCurvature(Span<double> vector);

/// <summary>How a search ended.</summary>
/// <param name="Value">The function at the point where it stopped.</param>
/// <param name="Iterations">Steps taken.</param>
/// <param name="Evaluations">Times the function was asked.</param>
/// <param name="Converged">
/// Whether both bounds were met, or the minimum was nearer than rounding could tell; otherwise it ran out of steps or found no
/// descent.
/// </param>
internal readonly record struct LbfgsOutcome(double Value, int Iterations, int Evaluations, bool Converged);

/// <summary>
/// Limited-memory BFGS (Liu and Nocedal 1989) with a line search by the strong Wolfe conditions. The recursion starts from
/// a given inverse curvature instead of a multiple of the identity, which makes badly scaled problems easy.
/// </summary>
/// <param name="length">Unknowns.</param>
/// <param name="memory">Steps remembered.</param>
internal sealed class Lbfgs(int length, int memory)
{
    private const int Patience = 10;

    private readonly List<Step> steps = [];
    private readonly double[] direction = new double[length];
    private readonly double[] next = new double[length];
    private readonly double[] nextGradient = new double[length];

    /// <summary>Share of the value that rounding can change: lower differences decide nothing.</summary>
    public double Noise { get; init; } = 1e-15;

    /// <summary>Share of the value: of steps whose change of slope is less, rounding has more part in it than curvature.</summary>
    public double NoiseInCurvature { get; init; }

    /// <summary>Descends from a point, which becomes the minimum. Nothing is remembered of earlier descents.</summary>
    /// <param name="function">What to minimize.</param>
    /// <param name="curvature">The start of the recursion; null for the identity.</param>
    /// <param name="point">Where to start, and where it ended.</param>
    /// <param name="tolerance">
    /// Stops when both are below this share of the value: half the squared length of the gradient in the metric of the
    /// inverse curvature (Newton's estimate of how far the minimum is below), and what the last step gained.
    /// </param>
    /// <param name="maxIterations">Steps at most.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public LbfgsOutcome Minimize(
        DifferentiableFunction function,
        InverseCurvature? curvature,
        double[] point,
        double tolerance,
        int maxIterations,
        CancellationToken cancellation = default)
    {
        steps.Clear();
        double[] gradient = new double[length];
        double value = function(point, gradient);
        int evaluations = 1;
        double gain = 0;
        (double nearest, int since) = (double.PositiveInfinity, 0);
        for (int iteration = 0; ; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            double distance = Distance(gradient, curvature);
            bool near = distance <= tolerance * Math.Abs(value) && gain <= Math.Max(tolerance, Noise) * Math.Abs(value);
            (nearest, since) = distance < nearest / 2 ? (distance, 0) : (nearest, since + 1);
            bool hidden = distance <= Noise * Math.Abs(value);   // Rounding may be all that keeps it from coming nearer.
            if (near || iteration == maxIterations || (hidden && since >= Patience))
            {
                return new LbfgsOutcome(value, iteration, evaluations, near || hidden);
            }

            LinePoint? found = Descend(function, curvature, point, gradient, value, ref evaluations);
            if (found is null && steps.Count > 0 && !hidden)
            {
                steps.Clear();   // What is remembered misleads: once more by the curvature alone.
                found = Descend(function, curvature, point, gradient, value, ref evaluations);
            }

            if (found is not { } here)
            {
                return new LbfgsOutcome(value, iteration, evaluations, hidden);
            }

            Remember(point, gradient, NoiseInCurvature * Math.Abs(value));
            gain = value - here.Value;
            value = here.Value;
            next.CopyTo(point, 0);
            nextGradient.CopyTo(gradient, 0);
        }
    }

    private double Distance(double[] gradient, InverseCurvature? curvature)
    {
        gradient.CopyTo(direction, 0);
        curvature?.Invoke(direction);
        return TensorPrimitives.Dot<double>(gradient, direction) / 2;
    }

    private LinePoint? Descend(
        DifferentiableFunction function, InverseCurvature? curvature, double[] point, double[] gradient, double value, ref int evaluations)
    {
        Aim(gradient, curvature);
        double slope = TensorPrimitives.Dot<double>(gradient, direction);
        if (!(slope < 0))
        {
            return null;
        }

        int asked = 0;
        double first = steps.Count > 0 || curvature is not null ? 1 : Math.Min(1, 1 / TensorPrimitives.Norm<double>(gradient));
        LinePoint? found = LineSearch.Find(At, new LinePoint(0, value, slope), first, Noise * Math.Abs(value));
        evaluations += asked;
        return found;

        LinePoint At(double step)
        {
            asked++;
            TensorPrimitives.MultiplyAdd(direction, step, point, next);
            double there = function(next, nextGradient);
            return new LinePoint(step, there, TensorPrimitives.Dot<double>(nextGradient, direction));
        }
    }

    /// <summary>The direction of descent by the two-loop recursion.</summary>
    private void Aim(double[] gradient, InverseCurvature? curvature)
    {
        Span<double> along = direction;
        TensorPrimitives.Negate<double>(gradient, along);
        double[] weights = new double[steps.Count];
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            weights[i] = TensorPrimitives.Dot<double>(steps[i].Change, along) / steps[i].Product;
            TensorPrimitives.MultiplyAdd(steps[i].GradientChange, -weights[i], along, along);
        }

        curvature?.Invoke(along);
        if (steps.Count > 0)
        {
            TensorPrimitives.Multiply(along, Scale(steps[^1], curvature), along);
        }

        for (int i = 0; i < steps.Count; i++)
        {
            double weight = weights[i] - (TensorPrimitives.Dot<double>(steps[i].GradientChange, along) / steps[i].Product);
            TensorPrimitives.MultiplyAdd(steps[i].Change, weight, along, along);
        }
    }

    /// <summary>What the inverse curvature is too small by along the last step.</summary>
    private double Scale(Step last, InverseCurvature? curvature)
    {
        last.GradientChange.CopyTo(next, 0);
        curvature?.Invoke(next);
        return last.Product / TensorPrimitives.Dot<double>(last.GradientChange, next);
    }

    private void Remember(double[] point, double[] gradient, double minProduct)
    {
        Step step = steps.Count < memory ? new Step(length) : steps[0];
        TensorPrimitives.Subtract<double>(next, point, step.Change);
        TensorPrimitives.Subtract<double>(nextGradient, gradient, step.GradientChange);
        step.Product = TensorPrimitives.Dot<double>(step.Change, step.GradientChange);
        steps.Remove(step);
        if (step.Product > minProduct)
        {
            steps.Add(step);
        }
    }

    private sealed class Step(int length)
    {
        /// <summary>s: where to the step went.</summary>
        public double[] Change { get; } = new double[length];

        /// <summary>y: what it changed about the gradient.</summary>
        public double[] GradientChange { get; } = new double[length];

        /// <summary>sᵀy, above 0.</summary>
        public double Product { get; set; }
    }
}
