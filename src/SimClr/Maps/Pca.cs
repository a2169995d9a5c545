using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;
using static TorchSharp.torch;

namespace SimClr.Maps;

/// <summary>
/// A map by principal components: the two directions in which the unit vectors of a table vary most. Distances on it are
/// never larger than the true ones, but far images may meet.
/// </summary>
public static class Pca
{
    /// <summary>Places the rows of a table.</summary>
    /// <param name="table">At least three different embeddings; their length does not count.</param>
    /// <exception cref="DataException">There are fewer, numbers that are not finite, or rows of zeros.</exception>
    public static ImageMap Project(EmbeddingTable table)
    {
        var rows = UnitRows.FromTable(table, minRows: 3, "draw a map");
        rows.RequireDifferent();
        return new ImageMap(Project(rows, out double explained)) { Explained = explained };
    }

    /// <returns>x and y of each row; the signs are such that the largest part of a direction is positive.</returns>
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
