using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>The loss of each similarity and its derivative.</summary>
/// <param name="x">Similarities, any shape.</param>
internal delegate (Tensor Value, Tensor Slope) PairTerm(Tensor x);

/// <summary>
/// The mean of a term over all pairs of an anchor (a first view) and a negative (the second view of another image),
/// without ever holding the [N, N] similarities: each block of anchors yields its terms and their contribution to the
/// gradient. No value is read back to the host.
/// </summary>
internal static class NegativePairs
{
    /// <summary>
    /// Returns the mean over the N·(N − 1) pairs as a differentiable scalar; 0 for one image, which has no negatives.
    /// </summary>
    /// <param name="u">First views followed by second views of N images, [2N, d].</param>
    /// <param name="term">The term and its derivative.</param>
    /// <param name="relative">
    /// Whether the term is of s⁻ − s⁺, the similarity minus that of the anchor's positive, or of s⁻ itself.
    /// </param>
    /// <param name="elements">
    /// The maximum number of similarities held at once; null for a value that suits the device.
    /// </param>
    public static Tensor Mean(Tensor u, PairTerm term, bool relative, long? elements = null)
    {
        using var scope = NewDisposeScope();
        (Tensor mean, Tensor? gradient) = Compute(u.detach(), term, relative, u.requires_grad, elements);
        return (gradient is null ? mean : Projections.WithGradient(u, mean, gradient)).MoveToOuterDisposeScope();
    }

    private static (Tensor Mean, Tensor? Gradient) Compute(
        Tensor u, PairTerm term, bool relative, bool withGradient, long? elements)
    {
        using var _ = no_grad();
        long n = u.shape[0] / 2;
        Tensor sum = zeros([], dtype: u.dtype, device: u.device);
        Tensor? gradient = withGradient ? zeros_like(u) : null;
        long rows = SimilarityBlocks.Rows(u.device_type, n, n, elements);
        for (long first = 0; first < n; first += rows)
        {
            AddBlock(u, term, relative, first, Math.Min(rows, n - first), sum, gradient);
        }

        long pairs = Math.Max(1, n * (n - 1));
        return (sum.div_(RootedScalars.From(pairs)), gradient?.div_(RootedScalars.From(pairs)));
    }

    /// <summary>Adds the contribution of a block of anchors.</summary>
    private static void AddBlock(
        Tensor u, PairTerm term, bool relative, long first, long rows, Tensor sum, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        long n = u.shape[0] / 2;
        Tensor candidates = u.narrow(0, n, n);                                         // [N, d]
        Tensor anchors = u.narrow(0, first, rows);                                     // [B, d]
        Tensor x = anchors.matmul(candidates.t());                                     // [B, N]
        if (relative)
        {
            x.sub_(Positives(x, first, rows).clone().unsqueeze(1));
        }

        (Tensor value, Tensor slope) = term(x);
        Positives(value, first, rows).fill_(RootedScalars.Zero);
        sum.add_(value.sum(), RootedScalars.One);
        if (gradient is null)
        {
            return;
        }

        Positives(slope, first, rows).fill_(RootedScalars.Zero);
        Tensor ofAnchors = gradient.narrow(0, first, rows);
        ofAnchors.add_(slope.matmul(candidates), RootedScalars.One);
        gradient.narrow(0, n, n).addmm_(slope.t(), anchors, 1, 1);
        if (relative)
        {
            Tensor total = slope.sum(1, keepdim: true);   // [B, 1]: the derivative with respect to −s⁺
            ofAnchors.sub_(total.mul(candidates.narrow(0, first, rows)));
            gradient.narrow(0, n + first, rows).sub_(total.mul(anchors));
        }
    }

    /// <summary>The entries of the anchors' own images, [B], a part of the block.</summary>
    private static Tensor Positives(Tensor block, long first, long rows) => block.narrow(1, first, rows).diagonal();
}
