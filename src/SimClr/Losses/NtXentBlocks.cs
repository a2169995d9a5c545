using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// NT-Xent and its gradient for projections in the form in which they are compared (normalized to unit length or not),
/// without ever holding the [2N, 2N] similarities: each block of rows yields the terms of its anchors and their
/// contribution to the gradient
/// <code>
/// ∂L/∂u = (P + Pᵀ)·u / 2Nτ,   P = softmax of the rows of u·uᵀ/τ without the diagonal, minus 1 at the positive
/// </code>
/// The gradient is computed together with the loss, while a block is still in the cache: no block is kept, and nothing
/// is recomputed. No value is read back to the host.
/// </summary>
internal static class NtXentBlocks
{
    /// <summary>Computes the mean over all anchors and, on request, its gradient.</summary>
    /// <param name="u">First views followed by second views of N images, [2N, d].</param>
    /// <param name="temperature">τ.</param>
    /// <param name="withGradient">Whether to compute ∂L/∂u.</param>
    /// <param name="elements">
    /// The maximum number of similarities held at once; null for a value that suits the device.
    /// </param>
    /// <param name="anchors">The rows that serve as anchors; null for all. The other rows are candidates only.</param>
    /// <returns>L, a scalar, and ∂L/∂u, [2N, d], or null.</returns>
    public static (Tensor Loss, Tensor? Gradient) Compute(
        Tensor u,
        double temperature,
        bool withGradient,
        long? elements = null,
        IReadOnlyList<(long First, long Count)>? anchors = null)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long views = u.shape[0];
        Tensor scaled = u.div(RootedScalars.From(temperature));                                // [2N, d]
        Tensor partner = scaled.roll(views / 2, 0);                                    // i ↔ i + N
        Tensor positive = u.mul(partner).sum(1, keepdim: true);                        // [2N, 1]
        Tensor missed = zeros_like(positive);                                          // 1 − softmax at the positive
        Tensor? gradient = withGradient ? zeros_like(u) : null;
        Tensor loss = zeros([], dtype: u.dtype, device: u.device);
        long rows = SimilarityBlocks.Rows(u.device_type, views, views, elements);
        foreach ((long start, long count) in anchors ?? [(0, views)])
        {
            for (long first = start; first < start + count; first += rows)
            {
                AddBlock(
                    u, scaled, positive, missed, temperature, first, Math.Min(rows, start + count - first), loss,
                    gradient);
            }
        }

        gradient?.sub_(missed.Plus(missed.roll(views / 2, 0)).mul(partner)).div_(RootedScalars.From(views));
        return (loss.div_(RootedScalars.From(views)).MoveToOuterDisposeScope(), gradient?.MoveToOuterDisposeScope());
    }

    /// <summary>Adds the contribution of a block of anchors.</summary>
    private static void AddBlock(
        Tensor u,
        Tensor scaled,
        Tensor positive,
        Tensor missed,
        double temperature,
        long first,
        long rows,
        Tensor loss,
        Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        long views = u.shape[0];
        Tensor anchors = scaled.narrow(0, first, rows);                                // [B, d]
        Tensor similarity = anchors.matmul(u.t());                                     // [B, 2N]
        // an anchor is not its own negative
        similarity.narrow(1, first, rows).diagonal().fill_(RootedScalars.MinusInfinity);
        Tensor partners =
            arange(RootedScalars.From(first), RootedScalars.From(first + rows), RootedScalars.One, device: u.device)
                .Plus(RootedScalars.From(views / 2)).remainder(RootedScalars.From(views)).unsqueeze(1);
        // and neither is its positive
        similarity.scatter_(1, partners, full_like(partners, RootedScalars.MinusInfinity, u.dtype));
        Tensor positives = positive.narrow(0, first, rows);   // sᵢ: each anchor with its positive
        Tensor highest = similarity.amax([1], keepdim: true);
        highest.masked_fill_(highest.isneginf(), RootedScalars.Zero);   // a single image has no negatives
        Tensor weight = similarity.sub_(highest).exp_();
        Tensor sum = weight.sum(1, keepdim: true);

        // ℓ = −ln(e^s / (e^s + Σ e^n)) = ln(1 + e^(ln Σ e^n − s)), with s the similarity of the positive and n those of
        // the negatives. If s dominates, 1 minus its share would be pure rounding error.
        loss.add_(sum.log().add_(highest, RootedScalars.One).sub_(positives).Softplus(40).sum(), RootedScalars.One);
        if (gradient is not null)
        {
            // 1 / (Σ e^n + e^p), both relative to the highest
            Tensor share = sum.Plus(positives.sub(highest).exp_()).reciprocal_();
            missed.narrow(0, first, rows).copy_(sum.mul(share));   // −P at the positive; elsewhere P = weight · share
            gradient.narrow(0, first, rows).add_(weight.matmul(scaled).mul_(share), RootedScalars.One);
            gradient.addmm_(weight.t(), anchors.mul(share), 1, 1);
        }
    }
}
