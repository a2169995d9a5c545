using System.Numerics.Tensors;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Maps;

/// <summary>
/// The trustworthiness of a map (Venna and Kaski 2001): 1 minus a penalty for neighbors on the map that are not
/// neighbors by the cosine of the embeddings, weighted by their rank there. 0 … 1: 1 if all are neighbors, about 0.5
/// for a random map.
/// </summary>
public static class Trustworthiness
{
    /// <summary>The maximum number of rows to measure; larger maps are sampled.</summary>
    public const int MaxRows = 3000;

    /// <summary>Measures a map.</summary>
    /// <param name="table">The embeddings.</param>
    /// <param name="map">The map of the embeddings.</param>
    /// <param name="neighbors">
    /// The number of neighbors of each image on the map, below half the number of rows. Default: 5.
    /// </param>
    /// <param name="seed">The seed of the sample if there are more than <see cref="MaxRows"/> rows. Default: 0.</param>
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

    /// <summary>
    /// Sums, over the row's neighbors on the map, the number of ranks by which each misses the nearest by cosine.
    /// </summary>
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

    /// <summary>Returns the rank of a row by similarity, 1 for the most similar; ties are in row order.</summary>
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
