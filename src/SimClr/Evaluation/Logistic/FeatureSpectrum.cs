using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// The eigenvectors and eigenvalues of Xᵀ X for centered features X; where the features have very many dimensions, only its
/// diagonal.
/// </summary>
internal sealed class FeatureSpectrum : IDisposable
{
    // Above, the eigenvectors would take longer and more memory than the descents that they shorten.
    private const int MaxDimensions = 4096;

    public FeatureSpectrum(CenteredFeatures features)
    {
        using var scope = NewDisposeScope();
        bool whole = features.Dimension <= MaxDimensions;
        Tensor sum = whole ? zeros(features.Dimension, features.Dimension, float64, CPU) : zeros(features.Dimension, float64, CPU);
        foreach ((_, Tensor x) in features.Blocks())
        {
            sum.add_(whole ? x.t().mm(x) : x.mul(x).sum([0], type: float64), RootedScalars.One);
        }

        (Tensor values, Tensor? vectors) = whole ? linalg.eigh(sum) : (sum, null);
        Values = values.clamp_(min: RootedScalars.Zero).DetachFromDisposeScope();
        Vectors = vectors?.DetachFromDisposeScope();
    }

    /// <summary>Sums of squares along each direction: [dimension], double, 0 or more.</summary>
    public Tensor Values { get; }

    /// <summary>The directions as columns: [dimension, dimension], double; null where they are the dimensions themselves.</summary>
    public Tensor? Vectors { get; }

    public void Dispose()
    {
        Values.Dispose();
        Vectors?.Dispose();
    }
}
