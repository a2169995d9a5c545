using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// An approximate inverse of the objective's second derivative, as a preconditioner. The exact second derivative is the
/// sum over rows of C(x) ⊗ x xᵀ, plus λ; here C is its mean over rows. It is then a product of two eigenbases, and its
/// inverse is a division by the eigenvalue of C times that of Xᵀ X, plus λ.
/// </summary>
internal sealed class LogisticCurvature : IDisposable
{
    // Directions in which the loss has no curvature, such as adding a constant to all logits. The gradient there is
    // only rounding.
    private const double Flat = 1e-9;

    private readonly FeatureSpectrum spread;
    private readonly Tensor classVectors;      // [classes, classes]
    private readonly Tensor weightFactors;     // [classes, dimension]
    private readonly Tensor interceptFactors;  // [classes, 1]

    /// <param name="spread">The spectrum of the features; not owned.</param>
    /// <param name="rows">The number of rows of features.</param>
    /// <param name="sum">
    /// The second derivative with respect to the logits of a row, summed over rows: [classes, classes].
    /// </param>
    /// <param name="l2">λ.</param>
    public LogisticCurvature(FeatureSpectrum spread, int rows, Tensor sum, double l2)
    {
        this.spread = spread;
        using var scope = NewDisposeScope();
        (Tensor values, Tensor vectors) = linalg.eigh(sum);
        values.clamp_(min: RootedScalars.Zero).unsqueeze_(1);
        Tensor curved = values.greater(values.max().mul(RootedScalars.From(Flat))).to_type(float64);
        classVectors = vectors.DetachFromDisposeScope();
        weightFactors = curved.div(values.mul(spread.Values.unsqueeze(0))
            .div(RootedScalars.From(rows))
            .Plus(RootedScalars.From(l2))).DetachFromDisposeScope();
        interceptFactors =
            curved.div(values.clamp(min: RootedScalars.From(1e-300))).nan_to_num().DetachFromDisposeScope();
    }

    /// <summary>Multiplies weights and intercepts by the inverse.</summary>
    public void Apply(Span<double> vector)
    {
        using var scope = NewDisposeScope();
        (long classes, long dimension) = (weightFactors.shape[0], weightFactors.shape[1]);
        int weights = (int)(classes * dimension);
        Tensor w = Flatten(vector[..weights], classes, dimension);
        Tensor turned = classVectors.t().mm(spread.Vectors is { } v ? w.mm(v) : w).mul_(weightFactors);
        Tensor back = classVectors.mm(turned);
        Copy(spread.Vectors is { } u ? back.mm(u.t()) : back, vector[..weights]);
        Tensor b = Flatten(vector[weights..], classes, 1);
        Copy(classVectors.mm(classVectors.t().mm(b).mul_(interceptFactors)), vector[weights..]);
    }

    public void Dispose()
    {
        classVectors.Dispose();
        weightFactors.Dispose();
        interceptFactors.Dispose();
    }

    private static Tensor Flatten(ReadOnlySpan<double> values, long rows, long columns)
        => tensor(values.ToArray(), [rows, columns], device: CPU);

    private static void Copy(Tensor values, Span<double> target) => values.contiguous().data<double>().CopyTo(target);
}
