using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// Semi-hard negatives (Schroff et al. 2015; paper, Section 5.1): of each anchor (a first view) the most similar second
/// view of another image in the batch that is still less similar than the positive and, where a margin is given,
/// within it. The paper does not say from where they are taken; this is how our reference values are defined. An
/// anchor that has none drops out of the mean over negatives.
/// </summary>
/// <param name="Similarity">s⁻ of each anchor, [N]; of one that has none, any.</param>
/// <param name="Exists">Whether it has one, [N].</param>
internal sealed record SemiHardNegatives(Tensor Similarity, Tensor Exists)
{
    /// <summary>Finds them, a block of anchors at a time; the similarities of those that are found can be differentiated.</summary>
    /// <param name="u">First views and then second views of N images, [2N, d].</param>
    /// <param name="margin">By how much less similar they may be; null for any.</param>
    /// <param name="elements">Similarities that are held at once; null for what suits the device.</param>
    public static SemiHardNegatives Find(Tensor u, double? margin, long? elements = null)
    {
        long n = u.shape[0] / 2;
        Tensor which = zeros(n, dtype: ScalarType.Int64, device: u.device);
        Tensor exists = zeros(n, dtype: ScalarType.Bool, device: u.device);
        long rows = SimilarityBlocks.Rows(u.device_type, n, n, elements);
        for (long first = 0; first < n; first += rows)
        {
            FindBlock(u.detach(), margin, first, Math.Min(rows, n - first), which, exists);
        }

        Tensor negatives = u.narrow(0, n, n).index_select(0, which);                   // [N, d]
        return new SemiHardNegatives(u.narrow(0, 0, n).mul(negatives).sum(1), exists);
    }

    /// <summary>The mean of their terms, [N], over the anchors that have one; 0 if none has.</summary>
    public Tensor Mean(Tensor terms)
        => terms.where(Exists, zeros_like(terms)).sum().div(Exists.sum().clamp(min: RootedScalars.One));

    private static void FindBlock(Tensor u, double? margin, long first, long rows, Tensor which, Tensor exists)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long n = u.shape[0] / 2;
        Tensor s = u.narrow(0, first, rows).matmul(u.narrow(0, n, n).t());             // [B, N]
        Tensor positive = s.narrow(1, first, rows).diagonal().clone().unsqueeze(1);    // [B, 1]
        Tensor unfit = s.ge(positive);                                                 // the positive itself is among them
        if (margin is { } m)
        {
            unfit.logical_or_(s.sub(positive).add_(RootedScalars.From(m), RootedScalars.One).le(RootedScalars.Zero));
        }

        (Tensor highest, Tensor index) = s.masked_fill_(unfit, RootedScalars.MinusInfinity).max(1);
        which.narrow(0, first, rows).copy_(index);

        // Written so that a similarity that is not a number stays in the loss, where it is noticed.
        exists.narrow(0, first, rows).copy_(highest.isneginf().logical_not());
    }
}
