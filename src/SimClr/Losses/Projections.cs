using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>Operations on projections that all losses share.</summary>
internal static class Projections
{
    /// <summary>
    /// Concatenates the two views as [2N, d], in float32 or float64, and optionally normalizes each row to length 1.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The projections are not matrices of the same shape with at least one row.
    /// </exception>
    public static Tensor Stack(Tensor z1, Tensor z2, bool normalize)
    {
        ArgumentNullException.ThrowIfNull(z1);
        ArgumentNullException.ThrowIfNull(z2);
        if (z1.dim() != 2 || !z1.shape.SequenceEqual(z2.shape) || z1.shape[0] == 0)
        {
            throw new ArgumentException(
                $"got projections of shape [{string.Join(", ", z1.shape)}] and "
                    + $"[{string.Join(", ", z2.shape)}], expected [N, d] for both");
        }

        // Half precision cannot represent exp(1 / τ): the loss is at least float32, whatever the encoder's precision.
        ScalarType type = z1.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor z = cat([z1.to_type(type), z2.to_type(type)]);                          // [2N, d]
        return normalize ? nn.functional.normalize(z, p: 2, dim: 1) : z;
    }

    /// <summary>
    /// Returns a scalar with this value and this gradient with respect to u: the product with a constant, minus the
    /// product's own value.
    /// </summary>
    public static Tensor WithGradient(Tensor u, Tensor value, Tensor gradient)
    {
        Tensor product = u.flatten().dot(gradient.flatten());
        return product.sub(product.detach()).Plus(value);
    }
}
