using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>
/// NT-Xent, the normalized temperature-scaled cross entropy (paper, Equation 1): for each of the 2N views, the cross
/// entropy of finding its positive among the 2N − 1 others by cosine similarity over τ. The mean over all 2N views;
/// the paper's code adds the means of the two halves, which is twice that. Memory grows with N, not with N²
/// (<see cref="NtXentBlocks"/>).
/// </summary>
/// <remarks>The loss can be differentiated once: its gradient is a constant to the graph.</remarks>
public sealed class NtXentLoss : IContrastiveLoss
{
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

        // Half precision cannot hold exp(1 / τ): whatever the encoder computes in, the loss is at least float32.
        ScalarType type = z1.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor z = cat([z1.to_type(type), z2.to_type(type)]);                          // [2N, d]
        Tensor u = nn.functional.normalize(z, p: 2, dim: 1);
        (Tensor loss, Tensor? gradient) = NtXentBlocks.Compute(u.detach(), Temperature, u.requires_grad);
        return (gradient is null ? loss : WithGradient(u, loss, gradient)).MoveToOuterDisposeScope();
    }

    /// <summary>ln(2N − 1): all 2N − 1 candidates look alike.</summary>
    public double ChanceLevel(int images) => Math.Log((2 * images) - 1);

    /// <summary>A scalar that has this value, and this gradient by u: the product with a constant, less its own value.</summary>
    private static Tensor WithGradient(Tensor u, Tensor value, Tensor gradient)
    {
        Tensor product = u.flatten().dot(gradient.flatten());
        return product.sub(product.detach()).add(value);
    }
}
