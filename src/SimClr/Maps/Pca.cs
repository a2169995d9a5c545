using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;
using static TorchSharp.torch;

namespace SimClr.Maps;

/// <summary>
/// A map by principal components: the two directions of largest variance of a table's unit vectors. Distances on the
/// map never exceed the true ones, but distant images may coincide.
/// </summary>
public static class Pca
{
    /// <summary>Projects the rows of a table.</summary>
    /// <param name="table">At least three embeddings, not all the same; their norms are ignored.</param>
    /// <exception cref="DataException">
    /// There are fewer than three rows, all rows are the same, or there are rows of zeros or numbers that are not
    /// finite.
    /// </exception>
    public static ImageMap Project(EmbeddingTable table)
    {
        var rows = UnitRows.FromTable(table, minRows: 3, "draw a map");
        rows.RequireDifferent();
        return new ImageMap(Project(rows, out double explained)) { Explained = explained };
    }

    /// <returns>
    /// x and y of each row; the largest component of each direction is positive, which fixes the signs.
    /// </returns>
    internal static float[] Project(UnitRows rows, out double explained)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor x = tensor(rows.Values, [rows.Count, rows.Dimension], device: CPU).to_type(float64);
        x.sub_(x.mean([0], keepdim: true));
        (Tensor values, Tensor vectors) = linalg.eigh(x.t().mm(x));
        int axes = Math.Min(2, rows.Dimension);
        Tensor axis = vectors.narrow(1, rows.Dimension - axes, axes).flip(1);
        Tensor largest = axis.gather(0, axis.abs().argmax(0, keepdim: true)).sign();
        double[] variances = [.. values.clamp(min: RootedScalars.Zero).contiguous().data<double>()];
        explained = variances.TakeLast(axes).Sum() / variances.Sum();
        float[] found = [.. x.mm(axis.mul(largest)).to_type(float32).contiguous().data<float>()];
        return axes == 2 ? found : [.. found.SelectMany(value => new[] { value, 0f })];
    }
}
