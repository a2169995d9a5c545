using System.Numerics.Tensors;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Maps;

/// <summary>
/// How far one can trust that images near each other on a map are so in truth (Venna and Kaski 2001): 1 less what neighbors
/// on the map that are none by the cosine of the embeddings cost, by how far down they come there; 0 … 1, 1 where all
/// are, about 0.5 on a map by chance.
/// </summary>
public static class Trustworthiness
{
    /// <summary>Rows that are measured on; of more, so many are drawn.</summary>
    public const int MaxRows = 3000;

    /// <summary>Measures a map.</summary>
    /// <param name="table">The embeddings.</param>
    /// <param name="map">Their map.</param>
    /// <param name="neighbors">Neighbors of each image on the map, below half the rows. Default 5.</param>
    /// <param name="seed">Fixes which rows are drawn where they are more than <see cref="MaxRows"/>.</param>
    public static double Measure(EmbeddingTable table, ImageMap map, int neighbors = 5, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNotEqual(map.Count, table.Count);
        _ = Require.Between(neighbors, 1, (table.Count - 1) / 2);
        int[] sample = table.Count <= MaxRows
            ? [.. Enumerable.Range(0, table.Count)]
            : [.. new RandomStream(seed, Purpose.Map, -2).Permutation(table.Count).Take(MaxRows).Order()];
        UnitRows rows = UnitRows.FromTable(table.Subset(sample), minRows: 3, "measure a map");
        (float X, float Y)[] places = [.. sample.Select(row => map[row])];
        double[] costs = new double[rows.Count];
        Parallel.For(0, rows.Count, row => costs[row] = Cost(rows, places, row, neighbors));
        double n = rows.Count;
        return 1 - (costs.Sum() * 2 / (n * neighbors * ((2 * n) - (3.0 * neighbors) - 1)));
    }

    /// <summary>How many places beyond the allowed ones the row's neighbors on the map come by cosine.</summary>
    private static double Cost(UnitRows rows, (float X, float Y)[] places, int row, int neighbors)
    {
        float[] cosines = new float[rows.Count];
        (double Distance, int Row)[] onMap = new (double, int)[rows.Count];
        for (int other = 0; other < rows.Count; other++)
        {
            cosines[other] = TensorPrimitives.Dot(rows[row], rows[other]);
            (double x, double y) = (places[other].X - (double)places[row].X, places[other].Y - (double)places[row].Y);
            onMap[other] = (other == row ? double.PositiveInfinity : (x * x) + (y * y), other);
        }

        cosines[row] = float.NegativeInfinity;
        Array.Sort(onMap);
        return onMap.Take(neighbors).Sum(near => Math.Max(0, Rank(cosines, near.Row) - neighbors));
    }

    /// <summary>1 for the most similar row; of equal ones the first comes first.</summary>
    private static int Rank(float[] cosines, int row)
    {
        int before = 0;
        for (int other = 0; other < cosines.Length; other++)
        {
            before += cosines[other] > cosines[row] || (cosines[other] == cosines[row] && other < row) ? 1 : 0;
        }

        return before + 1;
    }
}
