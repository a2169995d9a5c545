using System.Globalization;
using SimClr.Internals;

namespace SimClr.Losses;

/// <summary>
/// The contrastive loss (paper, Table 2 and Section 5.1), and label smoothing for the supervised one: section
/// <c>loss</c> of the configuration.
/// </summary>
public sealed record LossOptions
{
    private const double DefaultMargin = 0.8;

    /// <summary><c>nt-xent</c>, <c>nt-logistic</c> or <c>margin</c>. Default: <c>nt-xent</c>.</summary>
    public LossName Name { get; init => field = Require.Defined(value); } = LossName.NtXent;

    /// <summary>
    /// The temperature τ of NT-Xent and NT-Logistic. The paper's best values for NT-Xent are 0.1 on ImageNet and 0.5 on
    /// CIFAR-10. <c>margin</c> has no temperature and ignores this value, so that it can be combined with any preset.
    /// Default: 0.1.
    /// </summary>
    public double Temperature { get; init => field = Require.Positive(value); } = 0.1;

    /// <summary>
    /// The margin m of <c>margin</c>: how much more similar a positive should be than a negative. The other losses have
    /// no margin and reject any value but the default. Default: 0.8.
    /// </summary>
    public double Margin { get; init => field = Require.NonNegative(value); } = DefaultMargin;

    /// <summary>
    /// Whether each anchor is compared only with its semi-hard negative. NT-Xent rejects true, because it already
    /// weights negatives by their hardness (paper, Section 5.1). Default: false.
    /// </summary>
    public bool SemiHard { get; init; }

    /// <summary>
    /// Whether similarity is the cosine (ℓ2-normalized projections) or, if false, the plain dot product (paper, Table
    /// 5). Default: true.
    /// </summary>
    public bool Normalize { get; init; } = true;

    /// <summary>
    /// Label smoothing ε of supervised training (Szegedy et al. 2016, Section 7): the label gets the probability 1 − ε
    /// + ε / K of K classes, and each other class ε / K. The paper's supervised baselines use plain cross-entropy.
    /// Contrastive losses have no labels and reject any value but 0. Range: 0 to below 1. Default: 0.
    /// </summary>
    public double LabelSmoothing { get; init => field = Require.Share(value); }

    /// <summary>Checks the rules across fields.</summary>
    /// <exception cref="ArgumentException">A value is incompatible with the loss.</exception>
    public void Validate()
    {
        if (SemiHard && Name == LossName.NtXent)
        {
            throw new ArgumentException(
                $"loss.semi_hard is true, but {LossName.NtXent.Text()} compares each anchor with all "
                    + $"negatives; use loss.name={LossName.NtLogistic.Text()} or "
                    + $"loss.name={LossName.Margin.Text()} with it, or leave it out");
        }

        if (Margin != DefaultMargin && Name != LossName.Margin)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"loss.margin is {Margin}, but {Name.Text()} has no margin; "
                    + $"use loss.name={LossName.Margin.Text()} with it, or leave it out"));
        }
    }
}
