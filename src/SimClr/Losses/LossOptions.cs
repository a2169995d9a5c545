using SimClr.Internals;

namespace SimClr.Losses;

/// <summary>The contrastive loss (paper, Table 2 and Section 5.1): section <c>loss</c> of the configuration.</summary>
public sealed record LossOptions
{
    private const double DefaultMargin = 0.8;

    /// <summary><c>nt-xent</c> (default), <c>nt-logistic</c> or <c>margin</c>.</summary>
    public LossName Name { get; init => field = Require.Defined(value); } = LossName.NtXent;

    /// <summary>
    /// The temperature τ of NT-Xent and NT-Logistic: the paper's best for NT-Xent is 0.1 (default) on ImageNet and 0.5 on
    /// CIFAR-10. <c>margin</c> has none and passes it over, so that every preset can be given that name.
    /// </summary>
    public double Temperature { get; init => field = Require.Positive(value); } = 0.1;

    /// <summary>
    /// The margin m of <c>margin</c>: by how much a positive should be more similar than a negative. Default 0.8; the
    /// other losses have none, and refuse any other value.
    /// </summary>
    public double Margin { get; init => field = Require.NonNegative(value); } = DefaultMargin;

    /// <summary>
    /// Whether each anchor is compared with its semi-hard negative only. Default false. NT-Xent refuses it: it weighs
    /// negatives by how hard they are itself (paper, Section 5.1).
    /// </summary>
    public bool SemiHard { get; init; }

    /// <summary>Whether similarity is the cosine (ℓ2-normalized projections; default) or, if false, the plain dot product (paper, Table 5).</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Checks the rules across fields.</summary>
    /// <exception cref="ArgumentException">A value contradicts the name of the loss.</exception>
    public void Validate()
    {
        if (SemiHard && Name == LossName.NtXent)
        {
            throw new ArgumentException(
                $"loss.semi_hard is true, but {LossName.NtXent.Text()} compares each anchor with all negatives; use loss.name={LossName.NtLogistic.Text()} or loss.name={LossName.Margin.Text()} with it, or leave it out");
        }

        if (Margin != DefaultMargin && Name != LossName.Margin)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"loss.margin is {Margin}, but {Name.Text()} has no margin; use loss.name={LossName.Margin.Text()} with it, or leave it out"));
        }
    }
}
