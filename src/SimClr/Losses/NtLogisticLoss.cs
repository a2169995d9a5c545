using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// NT-Logistic (paper, Table 2: log σ(uᵀv⁺/τ) + log σ(−uᵀv⁻/τ), to be maximized): the mean over anchors of ln(1 +
/// e^(−s⁺/τ)), plus the mean over pairs of an anchor and a negative of ln(1 + e^(s⁻/τ)). Anchors are the first views,
/// negatives the second views of the other images. With semi-hard negatives, the second mean is over the anchors that
/// have one, one negative each (<see cref="SemiHardNegatives"/>). Memory grows with N, not with N².
/// </summary>
/// <remarks>The loss can be differentiated once.</remarks>
public sealed class NtLogisticLoss : IContrastiveLoss
{
    private const double Linear = 40;   // above, ln(1 + e^x) is x

    private readonly bool normalize;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, above 0.</param>
    /// <param name="semiHard">Whether each anchor is compared only with its semi-hard negative. Default: false.</param>
    /// <param name="normalize">
    /// Whether similarity s is the cosine or, if false, the plain dot product. Default: true.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">τ is not a finite number above 0.</exception>
    public NtLogisticLoss(double temperature, bool semiHard = false, bool normalize = true)
    {
        Temperature = Require.Positive(temperature, nameof(temperature));
        SemiHard = semiHard;
        this.normalize = normalize;
    }

    /// <summary>The temperature τ.</summary>
    public double Temperature { get; }

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
        long n = z1.shape[0];
        Tensor positive = u.narrow(0, 0, n).mul(u.narrow(0, n, n)).sum(1);             // [N]
        Tensor ofPositives = Softplus(positive.neg()).mean();
        Tensor ofNegatives = SemiHard ? SemiHardLoss(u) : NegativePairs.Mean(u, Term, relative: false);
        return ofPositives.Plus(ofNegatives).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// 2 ln 2: positives and negatives are each classified as positive with probability ½. With semi-hard negatives,
    /// the loss need not fall below it: a negative nearly as similar as the positive costs more as both become more
    /// similar.
    /// </summary>
    public double ChanceLevel(int images) => 2 * Math.Log(2);

    private Tensor SemiHardLoss(Tensor u)
    {
        SemiHardNegatives found = SemiHardNegatives.Find(u, margin: null);
        return found.Mean(Softplus(found.Similarity));
    }

    private (Tensor Value, Tensor Slope) Term(Tensor s)
        => (Softplus(s), s.div(RootedScalars.From(Temperature)).sigmoid_().div_(RootedScalars.From(Temperature)));

    // ln(1 + e^(x / τ))
    private Tensor Softplus(Tensor x) => x.div(RootedScalars.From(Temperature)).Softplus(Linear);
}
