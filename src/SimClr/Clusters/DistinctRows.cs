using SimClr.Search;

namespace SimClr.Clusters;

/// <summary>The number of rows that differ by more than rounding.</summary>
internal static class DistinctRows
{
    // Wide enough that a k-means++ center, for which nearer rows count as the same, cannot stand for two of these rows.
    private const float Apart = 1 - 5e-6f;

    /// <summary>Counts rows that differ from each other, up to a maximum.</summary>
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
