using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// The eigenvectors and eigenvalues of Xᵀ X for centered features X, or only its diagonal if the features have very
/// many dimensions.
/// </summary>
internal sealed class FeatureSpectrum : IDisposable
{
    // Above this, the eigenvectors would take more time and memory than the descents that they shorten.
    private const int MaxDimensions = 4096;

    public FeatureSpectrum(CenteredFeatures features)
    {
        using var scope = NewDisposeScope();
        bool whole = features.Dimension <= MaxDimensions;
        Tensor sum = whole
            ? zeros(features.Dimension, features.Dimension, float64, CPU)
            : zeros(features.Dimension, float64, CPU);
        foreach ((_, Tensor x) in features.Blocks())
        {
            sum.add_(whole ? x.t().mm(x) : x.mul(x).sum([0], type: float64), RootedScalars.One);
        }

        (Tensor values, Tensor? vectors) = whole ? linalg.eigh(sum) : (sum, null);
        Values = values.clamp_(min: RootedScalars.Zero).DetachFromDisposeScope();
        Vectors = vectors?.DetachFromDisposeScope();
    }

    /// <summary>The sum of squares along each direction: [dimension], double, at least 0.</summary>
    public Tensor Values { get; }

    /// <summary>
    /// The directions as columns: [dimension, dimension], double; null if they are the coordinate axes.
    /// </summary>
    public Tensor? Vectors { get; }

    public void Dispose()
    {
        Values.Dispose();
        Vectors?.Dispose();
    }
}
