using SimClr.Embeddings;

namespace SimClr.Evaluation;

/// <summary>Retrieval of the original of an altered image.</summary>
public static class Retrieval
{
    /// <summary>Computes the share of queries whose most similar row is the one with the same number, 0 … 1.</summary>
    /// <param name="originals">The rows to search.</param>
    /// <param name="queries">The rows to search for; row i is an altered version of original i.</param>
    /// <exception cref="DataException">The tables have different numbers of rows or dimensions.</exception>
    public static double FindOriginal(EmbeddingTable originals, EmbeddingTable queries)
    {
        ArgumentNullException.ThrowIfNull(originals);
        ArgumentNullException.ThrowIfNull(queries);
        if (originals.Dimension != queries.Dimension || !originals.Paths.SequenceEqual(queries.Paths))
        {
            throw new DataException(
                $"got {originals.Count} originals of {originals.Dimension} dimensions and {queries.Count} queries of "
                    + $"{queries.Dimension}; expected one query per original, in the same order, by the same encoder");
        }

        return NearestNeighbors.Find(originals, queries, 1).Count(found => found.Rows[0] == found.Query)
            / (double)queries.Count;
    }
}
