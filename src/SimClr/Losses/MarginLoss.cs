using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// The margin triplet loss (paper, Table 2; Schroff et al. 2015): the mean over pairs of an anchor and a negative of
/// max(s⁻ − s⁺ + m, 0). Anchors are the first views, negatives the second views of the other images. With semi-hard
/// negatives, the mean is over the anchors that have a negative within the margin, one negative each
/// (<see cref="SemiHardNegatives"/>), and 0 if there are none. Memory grows with N, not with N².
/// </summary>
/// <remarks>The loss can be differentiated once.</remarks>
public sealed class MarginLoss : IContrastiveLoss
{
    private readonly bool normalize;

    /// <summary>Creates the loss.</summary>
    /// <param name="margin">m, 0 or more. For cosines, 2 already exceeds any possible difference.</param>
    /// <param name="semiHard">Whether each anchor is compared only with its semi-hard negative. Default: false.</param>
    /// <param name="normalize">
    /// Whether similarity s is the cosine or, if false, the plain dot product. Default: true.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">m is not a finite number of 0 or more.</exception>
    public MarginLoss(double margin, bool semiHard = false, bool normalize = true)
    {
        Margin = Require.NonNegative(margin, nameof(margin));
        SemiHard = semiHard;
        this.normalize = normalize;
    }

    /// <summary>The margin m.</summary>
    public double Margin { get; }

    /// <summary>Whether each anchor is compared only with its semi-hard negative.</summary>
    public bool SemiHard { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The projections are not matrices of the same shape with at least one row.
    /// </exception>
    public Tensor Forward(Tensor z1, Tensor z2)
    {
        using var scope = NewDisposeScope();
        Tensor u = Projections.Stack(z1, z2, normalize);                               // [2N, d]
        Tensor loss = SemiHard ? SemiHardLoss(u, z1.shape[0]) : NegativePairs.Mean(u, Term, relative: true);
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// m: on average, a negative is as similar as the positive. A semi-hard negative is less similar by the distance to
    /// the next similarity, which shrinks with N (about 0.002 for 256 images in 128 dimensions).
    /// </summary>
    public double ChanceLevel(int images) => Margin;

    private Tensor SemiHardLoss(Tensor u, long n)
    {
        SemiHardNegatives found = SemiHardNegatives.Find(u, Margin);
        Tensor positive = u.narrow(0, 0, n).mul(u.narrow(0, n, n)).sum(1);             // [N]
        return found.Mean(found.Similarity.sub(positive).Plus(RootedScalars.From(Margin)));
    }

    private (Tensor Value, Tensor Slope) Term(Tensor difference)
    {
        Tensor value = difference.add_(RootedScalars.From(Margin), RootedScalars.One).clamp_min_(RootedScalars.Zero);
        return (value, value.sign());
    }
}
