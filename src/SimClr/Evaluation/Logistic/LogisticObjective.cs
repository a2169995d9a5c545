using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// Sum of losses + ½ λ ‖W‖² as a function of [W: classes × dimension | intercepts: classes] on centered features.
/// Products use the precision of the features or double; sums over blocks, and everything that decisions depend on, are
/// double.
/// </summary>
internal sealed class LogisticObjective(CenteredFeatures features, IClassLoss loss) : IDisposable
{
    private readonly FeatureSpectrum spread = new(features);

    /// <summary>λ.</summary>
    public double L2 { get; set; } = 1;

    /// <summary>
    /// A λ that outweighs the losses: no loss has more curvature than this, so the minimum is near zero weights.
    /// </summary>
    public double StrongL2
    {
        get
        {
            using Tensor largest = spread.Values.max();
            return largest.item<double>();
        }
    }

    /// <summary>The number of weights: classes · dimension.</summary>
    public int Weights => loss.Classes * features.Dimension;

    /// <summary>The number of unknowns: weights and intercepts.</summary>
    public int Length => Weights + loss.Classes;

    /// <summary>
    /// Whether products of single-precision features use double precision. Otherwise the logits are off by about 1e-6,
    /// which soon exceeds the gain of a step if λ is small.
    /// </summary>
    public bool Exact { get; set; }

    private ScalarType Precision => Exact ? ScalarType.Float64 : features.Type;

    /// <summary>Computes the objective at a point, and its gradient.</summary>
    public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        using var scope = NewDisposeScope();
        (Tensor weights, Tensor intercepts) = Model(point);
        Tensor byWeights = zeros(loss.Classes, features.Dimension, float64, CPU);
        Tensor byIntercepts = zeros(loss.Classes, float64, CPU);
        double sum = 0;
        foreach ((int start, Tensor x) in Blocks())
        {
            (double part, Tensor residuals) = loss.Evaluate(start, addmm(intercepts, x, weights, 1, 1));
            sum += part;
            byWeights.add_(residuals.t().mm(x), RootedScalars.One);
            byIntercepts.add_(residuals.sum([0], type: float64), RootedScalars.One);
        }

        // Computed from the weights as rounded for the products: if the two terms were taken at points that differ by
        // rounding, they would not share a minimum.
        Tensor multiplied = weights.t().to_type(float64);
        byWeights.add_(multiplied, RootedScalars.From(L2)).data<double>().CopyTo(gradient[..Weights]);
        byIntercepts.data<double>().CopyTo(gradient[Weights..]);
        return sum + (L2 / 2 * multiplied.mul(multiplied).sum().item<double>());
    }

    /// <summary>Computes the preconditioner of a descent from this point.</summary>
    public LogisticCurvature CurvatureAt(ReadOnlySpan<double> point)
    {
        using var scope = NewDisposeScope();
        (Tensor weights, Tensor intercepts) = Model(point);
        Tensor sum = zeros(loss.Classes, loss.Classes, float64, CPU);
        foreach ((int start, Tensor x) in Blocks())
        {
            sum.add_(loss.Curvature(start, addmm(intercepts, x, weights, 1, 1)), RootedScalars.One);
        }

        return new LogisticCurvature(spread, features.Count, sum, L2);
    }

    public void Dispose() => spread.Dispose();

    private IEnumerable<(int Start, Tensor Rows)> Blocks()
        => Precision == features.Type ? features.Blocks() : features.DoubleBlocks();

    private (Tensor Weights, Tensor Intercepts) Model(ReadOnlySpan<double> point) => (
        tensor(point[..Weights].ToArray(), [loss.Classes, features.Dimension], device: CPU).to_type(Precision).t(),
        tensor(point[Weights..].ToArray(), device: CPU).to_type(Precision));
}
