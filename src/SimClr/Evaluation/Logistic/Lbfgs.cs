using System.Numerics.Tensors;

namespace SimClr.Evaluation;

/// <summary>Returns the value of a function at a point, and writes its gradient to the second span.</summary>
internal delegate double DifferentiableFunction(ReadOnlySpan<double> point, Span<double> gradient);

/// <summary>
/// Multiplies a vector by a symmetric positive semidefinite matrix that approximates the inverse of the function's
/// second derivative.
/// </summary>
internal delegate void InverseCurvature(Span<double> vector);

/// <summary>The outcome of a minimization.</summary>
/// <param name="Value">The function value at the final point.</param>
/// <param name="Iterations">The number of steps.</param>
/// <param name="Evaluations">The number of function evaluations.</param>
/// <param name="Converged">
/// Whether both tolerances were met, or the distance to the minimum was below rounding. Otherwise the search reached
/// the maximum number of steps or found no descent.
/// </param>
internal readonly record struct LbfgsOutcome(double Value, int Iterations, int Evaluations, bool Converged);

/// <summary>
/// Limited-memory BFGS (Liu and Nocedal 1989) with a line search by the strong Wolfe conditions. The recursion starts
/// from a given inverse curvature instead of a multiple of the identity, which makes badly scaled problems easy.
/// </summary>
/// <param name="length">The number of unknowns.</param>
/// <param name="memory">The number of remembered steps.</param>
internal sealed class Lbfgs(int length, int memory)
{
    private const int Patience = 10;

    private readonly List<Step> steps = [];
    private readonly double[] direction = new double[length];
    private readonly double[] next = new double[length];
    private readonly double[] nextGradient = new double[length];

    /// <summary>The relative rounding error of the value; smaller differences are ignored.</summary>
    public double Noise { get; init; } = 1e-15;

    /// <summary>
    /// A share of the value: a step that changes the slope by less is not remembered, because rounding outweighs
    /// curvature.
    /// </summary>
    public double NoiseInCurvature { get; init; }

    /// <summary>Descends from a point, which becomes the minimum. Earlier descents are forgotten.</summary>
    /// <param name="function">The function to minimize.</param>
    /// <param name="curvature">The start of the recursion; null for the identity.</param>
    /// <param name="point">The starting point, replaced by the final one.</param>
    /// <param name="tolerance">
    /// The share of the value below which both must fall to stop: half the squared length of the gradient in the metric
    /// of the inverse curvature (Newton's estimate of the distance down to the minimum), and the gain of the last step.
    /// </param>
    /// <param name="maxIterations">The maximum number of steps.</param>
    /// <param name="cancellation">Cancellation token, checked between steps.</param>
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
            bool hidden = distance <= Noise * Math.Abs(value);   // Rounding may prevent further progress.
            if (near || iteration == maxIterations || (hidden && since >= Patience))
            {
                return new LbfgsOutcome(value, iteration, evaluations, near || hidden);
            }

            LinePoint? found = Descend(function, curvature, point, gradient, value, ref evaluations);
            if (found is null && steps.Count > 0 && !hidden)
            {
                steps.Clear();   // The remembered steps mislead: retry with the curvature alone.
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
        DifferentiableFunction function,
        InverseCurvature? curvature,
        double[] point,
        double[] gradient,
        double value,
        ref int evaluations)
    {
        Aim(gradient, curvature);
        double slope = TensorPrimitives.Dot<double>(gradient, direction);
        if (!(slope < 0))
        {
            return null;
        }

        int asked = 0;
        double first = steps.Count > 0 || curvature is not null ? 1
            : Math.Min(1, 1 / TensorPrimitives.Norm<double>(gradient));
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

    /// <summary>Sets the direction of descent by the two-loop recursion.</summary>
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
            double weight = weights[i]
                - (TensorPrimitives.Dot<double>(steps[i].GradientChange, along) / steps[i].Product);
            TensorPrimitives.MultiplyAdd(steps[i].Change, weight, along, along);
        }
    }

    /// <summary>The factor by which the inverse curvature is too small along the last step.</summary>
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
        /// <summary>s, the change of the point.</summary>
        public double[] Change { get; } = new double[length];

        /// <summary>y, the change of the gradient.</summary>
        public double[] GradientChange { get; } = new double[length];

        /// <summary>sᵀy, above 0.</summary>
        public double Product { get; set; }
    }
}
