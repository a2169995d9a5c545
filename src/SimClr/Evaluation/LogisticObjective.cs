using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Sum of losses + ½ λ ‖W‖² as a function of [W: classes × dimension | intercepts: classes] on centered features. Products
/// in the precision of the features; sums over blocks, and everything that is decided by, in double.
/// </summary>
internal sealed class LogisticObjective(CenteredFeatures features, IClassLoss loss) : IDisposable
{
    private const int ExactRows = 1024;

    private readonly FeatureSpread spread = new(features);

    /// <summary>λ.</summary>
    public double L2 { get; set; } = 1;

    /// <summary>Classes · dimension.</summary>
    public int Weights => loss.Classes * features.Dimension;

    /// <summary>Unknowns.</summary>
    public int Length => Weights + loss.Classes;

    /// <summary>
    /// Share of the value that rounding may change. In single precision the logits are off by a millionth or so, and the
    /// value, but not the gradient, by as much as the last steps gain: 2e-7 seen on 50,000 × 512 features.
    /// </summary>
    public double Noise => features.Type == ScalarType.Float64 ? 1e-14 : 1e-6;

    /// <summary>Share of the value by which the gradient's rounding errors hide how far the minimum is below.</summary>
    public double NoiseInGradient => features.Type == ScalarType.Float64 ? 1e-16 : 1e-8;

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

        // Of the weights as they were multiplied with: two terms at points that differ by rounding would not have one minimum.
        Tensor multiplied = weights.t().to_type(float64);
        byWeights.add_(multiplied, L2).data<double>().CopyTo(gradient[..Weights]);
        byIntercepts.data<double>().CopyTo(gradient[Weights..]);
        return sum + (L2 / 2 * multiplied.square().sum().item<double>());
    }

    /// <summary>The objective at a point in double precision throughout.</summary>
    public double ExactValue(ReadOnlySpan<double> point)
    {
        using var scope = NewDisposeScope();
        Tensor weights = tensor(point[..Weights].ToArray(), [loss.Classes, features.Dimension]);
        Tensor intercepts = tensor(point[Weights..].ToArray());
        double sum = 0;
        for (int start = 0; start < features.Count; start += ExactRows)
        {
            using var block = NewDisposeScope();
            Tensor x = features.Values.narrow(0, start, Math.Min(ExactRows, features.Count - start)).to_type(float64);
            sum += loss.Evaluate(start, addmm(intercepts, x, weights.t(), 1, 1)).Loss;
        }

        return sum + (L2 / 2 * weights.square().sum().item<double>());
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
