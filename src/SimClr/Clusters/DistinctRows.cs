using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>How many rows differ by more than rounding.</summary>
internal static class DistinctRows
{
    // Wide enough that no k-means++ center, for which nearer rows count as the same, can stand for two of them.
    private const float Apart = 1 - 5e-6f;

    /// <summary>Counts rows that are apart from each other, up to a number.</summary>
    public static int Count(UnitRows rows, int max)
    {
        var found = new List<int>();
        for (int row = 0; row < rows.Count && found.Count < max; row++)
        {
            if (found.TrueForAll(other => rows.Cosine(row, other) < Apart))
            {
                found.Add(row);
            }
        }

        return found.Count;
    }
}
