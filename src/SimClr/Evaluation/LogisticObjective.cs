using System.Numerics.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace SimClr.Evaluation;

/// <summary>
/// Sum of losses + ½ λ ‖W‖² as a function of [W: classes × dimension | intercepts: classes] on centered features. Products
/// in the precision of the features; sums over blocks, and everything that is decided by, in double.
/// </summary>
internal sealed class LogisticObjective(CenteredFeatures features, IClassLoss loss) : IDisposable
{
    private readonly FeatureSpread spread = new(features);

    /// <summary>λ.</summary>
    public double L2 { get; set; } = 1;

    /// <summary>Classes · dimension.</summary>
    public int Weights => loss.Classes * features.Dimension;

    /// <summary>Unknowns.</summary>
    public int Length => Weights + loss.Classes;

    /// <summary>Share of the value that rounding may change.</summary>
    public double Noise => features.Type == ScalarType.Float64 ? 1e-14 : 1e-9;

    /// <summary>The objective at a point, and its gradient.</summary>
    public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        using var scope = NewDisposeScope();
        (Tensor weights, Tensor intercepts) = Model(point);
        Tensor byWeights = zeros(loss.Classes, features.Dimension, float64);
        Tensor byIntercepts = zeros(loss.Classes, float64);
        double sum = 0;
        foreach ((int start, Tensor x) in features.Blocks())
        {
            (double part, Tensor residuals) = loss.Evaluate(start, addmm(intercepts, x, weights, 1, 1));
            sum += part;
            byWeights.add_(residuals.t().mm(x));
            byIntercepts.add_(residuals.sum([0], type: float64));
        }

        ReadOnlySpan<double> w = point[..Weights];
        byWeights.data<double>().CopyTo(gradient[..Weights]);
        byIntercepts.data<double>().CopyTo(gradient[Weights..]);
        TensorPrimitives.MultiplyAdd(w, L2, gradient[..Weights], gradient[..Weights]);
        return sum + (L2 / 2 * TensorPrimitives.Dot(w, w));
    }

    /// <summary>What to precondition a descent from this point with.</summary>
    public LogisticCurvature CurvatureAt(ReadOnlySpan<double> point)
    {
        using var scope = NewDisposeScope();
        (Tensor weights, Tensor intercepts) = Model(point);
        Tensor sum = zeros(loss.Classes, loss.Classes, float64);
        foreach ((int start, Tensor x) in features.Blocks())
        {
            sum.add_(loss.Curvature(start, addmm(intercepts, x, weights, 1, 1)));
        }

        return new LogisticCurvature(spread, features.Count, sum, L2);
    }

    public void Dispose() => spread.Dispose();

    private (Tensor Weights, Tensor Intercepts) Model(ReadOnlySpan<double> point) => (
        tensor(point[..Weights].ToArray(), [loss.Classes, features.Dimension]).to_type(features.Type).t(),
        tensor(point[Weights..].ToArray()).to_type(features.Type));
}
