using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

/// <summary>
/// NT-Xent by its definition, with all [2N, 2N] similarities at once: the reference for the library's form.
/// </summary>
internal static class DenseNtXent
{
    public static Tensor Loss(Tensor z1, Tensor z2, double temperature, bool normalize = true)
    {
        using var scope = NewDisposeScope();
        long n = z1.shape[0];
        Tensor z = cat([z1, z2]);                                                      // [2N, d]
        z = normalize ? nn.functional.normalize(z, p: 2, dim: 1) : z;
        Tensor similarity = z.matmul(z.t()).div(temperature);                          // [2N, 2N]
        similarity = similarity.masked_fill(eye(2 * n, dtype: ScalarType.Bool), double.NegativeInfinity);
        Tensor positive = arange(2 * n).add(n).remainder(2 * n);                       // i ↔ i + N
        return nn.functional.cross_entropy(similarity, positive).MoveToOuterDisposeScope();
    }
}
