using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// Semi-hard negatives (Schroff et al. 2015; paper, Section 5.1): for each anchor (a first view), the most similar
/// second view of another image in the batch that is less similar than the positive and, if there is a margin, within
/// it. The paper does not specify the pool of candidates; this definition is the one used for the reference values. An
/// anchor without a semi-hard negative is left out of the mean.
/// </summary>
/// <param name="Similarity">s⁻ of each anchor, [N]; arbitrary for an anchor without a semi-hard negative.</param>
/// <param name="Exists">Whether the anchor has a semi-hard negative, [N].</param>
internal sealed record SemiHardNegatives(Tensor Similarity, Tensor Exists)
{
    /// <summary>
    /// Finds the semi-hard negatives, one block of anchors at a time. Their similarities are differentiable.
    /// </summary>
    /// <param name="u">First views followed by second views of N images, [2N, d].</param>
    /// <param name="margin">
    /// The maximum amount by which a negative may be less similar than the positive; null for no limit.
    /// </param>
    /// <param name="elements">
    /// The maximum number of similarities held at once; null for a value that suits the device.
    /// </param>
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

    /// <summary>
    /// Returns the mean of the terms, [N], over the anchors with a semi-hard negative; 0 if there are none.
    /// </summary>
    public Tensor Mean(Tensor terms)
        => terms.where(Exists, zeros_like(terms)).sum().div(Exists.sum().clamp(min: RootedScalars.One));

    private static void FindBlock(Tensor u, double? margin, long first, long rows, Tensor which, Tensor exists)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long n = u.shape[0] / 2;
        Tensor s = u.narrow(0, first, rows).matmul(u.narrow(0, n, n).t());             // [B, N]
        Tensor positive = s.narrow(1, first, rows).diagonal().clone().unsqueeze(1);    // [B, 1]
        Tensor unfit = s.ge(positive);                                                 // includes the positive itself
        if (margin is { } m)
        {
            unfit.logical_or_(s.sub(positive).add_(RootedScalars.From(m), RootedScalars.One).le(RootedScalars.Zero));
        }

        (Tensor highest, Tensor index) = s.masked_fill_(unfit, RootedScalars.MinusInfinity).max(1);
        which.narrow(0, first, rows).copy_(index);

        // Written so that a NaN similarity stays in the loss, where it is noticed.
        exists.narrow(0, first, rows).copy_(highest.isneginf().logical_not());
    }
}
