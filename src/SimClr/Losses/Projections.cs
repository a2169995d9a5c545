using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Losses;

/// <summary>What all losses do with projections.</summary>
internal static class Projections
{
    /// <summary>Both views one below the other, in float32 at least, each row of length 1 where that is asked for: [2N, d].</summary>
    /// <exception cref="ArgumentException">The two are not matrices of one shape with at least one row.</exception>
    public static Tensor Stack(Tensor z1, Tensor z2, bool normalize)
    {
        ArgumentNullException.ThrowIfNull(z1);
        ArgumentNullException.ThrowIfNull(z2);
        if (z1.dim() != 2 || !z1.shape.SequenceEqual(z2.shape) || z1.shape[0] == 0)
        {
            throw new ArgumentException(
                $"got projections of shape [{string.Join(", ", z1.shape)}] and [{string.Join(", ", z2.shape)}], expected [N, d] for both");
        }

        // Half precision cannot hold exp(1 / τ): whatever the encoder computes in, the loss is at least float32.
        ScalarType type = z1.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor z = cat([z1.to_type(type), z2.to_type(type)]);                          // [2N, d]
        return normalize ? nn.functional.normalize(z, p: 2, dim: 1) : z;
    }

    /// <summary>A scalar that has this value, and this gradient by u: the product with a constant, less its own value.</summary>
    public static Tensor WithGradient(Tensor u, Tensor value, Tensor gradient)
    {
        Tensor product = u.flatten().dot(gradient.flatten());
        return product.sub(product.detach()).Plus(value);
    }
}
