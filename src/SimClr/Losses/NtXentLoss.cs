using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// NT-Xent, the normalized temperature-scaled cross entropy (paper, Equation 1): for each of the 2N views, the cross
/// entropy of finding its positive among the 2N − 1 others by cosine similarity over τ. The mean over all 2N views;
/// the paper's code adds the means of the two halves, which is twice that.
/// </summary>
public sealed class NtXentLoss : IContrastiveLoss
{
    // Not −∞, so that one image, which has no negatives, has a gradient: 0.
    private const double Never = -1e30;

    // Above it ln(1 + e^x) is x to the last bit of a double; the tensor library takes 20, where it is not.
    private const double Exact = 40;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">τ is not a finite number above 0.</exception>
    public NtXentLoss(double temperature)
    {
        Temperature = Internals.Require.Positive(temperature, nameof(temperature));
    }

    /// <summary>τ.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The two are not matrices of one shape with at least one row.</exception>
    public Tensor Forward(Tensor z1, Tensor z2)
    {
        ArgumentNullException.ThrowIfNull(z1);
        ArgumentNullException.ThrowIfNull(z2);
        if (z1.dim() != 2 || !z1.shape.SequenceEqual(z2.shape) || z1.shape[0] == 0)
        {
            throw new ArgumentException(
                $"got projections of shape [{string.Join(", ", z1.shape)}] and [{string.Join(", ", z2.shape)}], expected [N, d] for both");
        }

        using var scope = NewDisposeScope();
        long n = z1.shape[0];

        // Half precision cannot hold exp(1 / τ): whatever the encoder computes in, the loss is at least float32.
        ScalarType type = z1.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor z = cat([z1.to_type(type), z2.to_type(type)]);                          // [2N, d]
        z = nn.functional.normalize(z, p: 2, dim: 1);
        Tensor similarity = z.matmul(z.t()).div(Temperature);                          // [2N, 2N]
        Tensor self = eye(2 * n, dtype: ScalarType.Bool, device: z.device);            // an anchor is not its own negative
        Tensor partner = self.roll(n, 1);                                              // i ↔ i + N
        Tensor positive = z.mul(z.roll(n, 0)).sum(1).div(Temperature);                 // [2N]
        Tensor negatives = similarity.masked_fill(self.logical_or(partner), Never).logsumexp(1);

        // −ln(e^p / (e^p + Σ e^n)) = ln(1 + e^(ln Σ e^n − p)): where p all but wins, 1 − its share would be rounding only.
        return nn.functional.softplus(negatives.sub(positive), 1, Exact).mean().MoveToOuterDisposeScope();
    }

    /// <summary>ln(2N − 1): all 2N − 1 candidates look alike.</summary>
    public double ChanceLevel(int images) => Math.Log((2 * images) - 1);
}
