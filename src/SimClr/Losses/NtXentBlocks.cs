using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// NT-Xent and its gradient for projections of unit length, without ever holding the [2N, 2N] similarities: a block
/// of rows at a time, from which come the terms of its anchors and all that these terms give to the gradient
/// <code>
/// ∂L/∂u = (P + Pᵀ)·u / 2Nτ − 2·partner(u) / 2Nτ,   P = softmax of the rows of u·uᵀ/τ without the diagonal
/// </code>
/// The gradient is made together with the loss, while a block is still in the cache: nothing is kept of the block, and
/// nothing has to be computed again. No value is read back to the host.
/// </summary>
internal static class NtXentBlocks
{
    /// <summary>Similarities of a block: few enough for a core's cache, enough for an efficient matrix product.</summary>
    private const long ElementsPerBlock = 1 << 20;

    /// <summary>The mean over all anchors, and its gradient where it is wanted.</summary>
    /// <param name="u">First views and then second views of N images, each row of length 1, [2N, d].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="withGradient">Whether ∂L/∂u is wanted.</param>
    /// <param name="elements">Similarities that are held at once.</param>
    /// <returns>L, a scalar, and ∂L/∂u, [2N, d], or null.</returns>
    public static (Tensor Loss, Tensor? Gradient) Compute(
        Tensor u, double temperature, bool withGradient, long elements = ElementsPerBlock)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long views = u.shape[0];
        Tensor scaled = u.div(temperature);                                            // [2N, d]
        Tensor partner = scaled.roll(views / 2, 0);                                    // i ↔ i + N
        Tensor? gradient = withGradient ? partner.mul(-2) : null;
        Tensor loss = u.mul(partner).sum().neg();                                      // −Σ of the positives
        long rows = Math.Clamp(elements / views, 1, views);
        for (long first = 0; first < views; first += rows)
        {
            AddBlock(u, scaled, first, Math.Min(rows, views - first), loss, gradient);
        }

        gradient?.div_(views);
        return (loss.div_(views).MoveToOuterDisposeScope(), gradient?.MoveToOuterDisposeScope());
    }

    /// <summary>Adds what the anchors from the first on contribute.</summary>
    private static void AddBlock(Tensor u, Tensor scaled, long first, long rows, Tensor loss, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        Tensor anchors = scaled.narrow(0, first, rows);                                // [B, d]
        Tensor similarity = anchors.matmul(u.t());                                     // [B, 2N]
        similarity.narrow(1, first, rows).diagonal().fill_(double.NegativeInfinity);   // an anchor is not its own negative
        Tensor highest = similarity.amax([1], keepdim: true);
        Tensor weight = similarity.sub_(highest).exp_();                               // P but for the rows' sums
        Tensor sum = weight.sum(1, keepdim: true);
        loss.add_(sum.log().add_(highest).sum());
        if (gradient is not null)
        {
            gradient.narrow(0, first, rows).add_(weight.matmul(scaled).div_(sum));
            gradient.addmm_(weight.t(), anchors.div(sum), 1, 1);
        }
    }
}
