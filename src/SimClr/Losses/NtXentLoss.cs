using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// NT-Xent, the normalized temperature-scaled cross entropy (paper, Eq. 1): for each of the 2N views, the cross entropy
/// of identifying its positive among the 2N − 1 others by cosine similarity over τ.
/// <code>
/// ℓ(i, j) = −ln( exp(sim(zᵢ, zⱼ) / τ) / Σ_{k ≠ i} exp(sim(zᵢ, z_k) / τ) )
/// L = 1 / 2N · Σ_k ( ℓ(2k − 1, 2k) + ℓ(2k, 2k − 1) )
/// </code>
/// The paper's code adds the means of the two halves, which is twice L. Memory grows with N, not with N²
/// (<see cref="NtXentBlocks"/> has the arithmetic).
/// </summary>
/// <remarks>The loss can be differentiated once: its gradient is a constant in the graph.</remarks>
public sealed class NtXentLoss : IContrastiveLoss, IAnchorLoss
{
    private readonly bool normalize;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, above 0.</param>
    /// <param name="normalize">
    /// Whether similarity is the cosine or, if false, the plain dot product (paper, Table 5). Default: true.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">τ is not a finite number above 0.</exception>
    public NtXentLoss(double temperature, bool normalize = true)
    {
        Temperature = Internals.Require.Positive(temperature, nameof(temperature));
        this.normalize = normalize;
    }

    /// <summary>The temperature τ.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The projections are not matrices of the same shape with at least one row.
    /// </exception>
    public Tensor Forward(Tensor z1, Tensor z2) => Forward(z1, z2, null);

    Tensor IAnchorLoss.Forward(Tensor z1, Tensor z2, IReadOnlyList<(long First, long Count)> anchors)
        => Forward(z1, z2, anchors);

    /// <summary>ln(2N − 1): all 2N − 1 candidates look alike.</summary>
    public double ChanceLevel(int images) => Math.Log((2 * images) - 1);

    private Tensor Forward(Tensor z1, Tensor z2, IReadOnlyList<(long First, long Count)>? anchors)
    {
        using var scope = NewDisposeScope();
        Tensor u = Projections.Stack(z1, z2, normalize);                               // [2N, d]
        long n = z1.shape[0];
        (long, long)[]? rows = anchors is null ? null
            : [.. anchors, .. anchors.Select(range => (range.First + n, range.Count))];
        (Tensor loss, Tensor? gradient) = NtXentBlocks.Compute(u.detach(), Temperature, u.requires_grad, anchors: rows);
        return (gradient is null ? loss : Projections.WithGradient(u, loss, gradient)).MoveToOuterDisposeScope();
    }
}
