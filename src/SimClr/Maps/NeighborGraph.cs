using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Maps;

/// <summary>
/// UMAP's fuzzy graph of weighted neighbors. A row's neighbors have weight exp(−(d − ρ) / σ), where d is 1 − cosine, ρ
/// is the distance of the nearest neighbor, and σ makes the weights sum to log2 of their number. The two directions a
/// and b of a pair combine to a + b − a·b.
/// </summary>
internal sealed class NeighborGraph
{
    private const int BisectionSteps = 64;

    private NeighborGraph(int count, List<(int From, int To, float Weight)> edges)
    {
        Count = count;
        Edges = edges;
    }

    /// <summary>The number of rows.</summary>
    public int Count { get; }

    /// <summary>The pairs of neighbors, each once with the lower row first, in the order of the rows.</summary>
    public IReadOnlyList<(int From, int To, float Weight)> Edges { get; }

    public static NeighborGraph Build(EmbeddingTable table, int neighbors, CancellationToken cancellation)
    {
        var weights = new Dictionary<(int, int), float>();
        foreach ((int row, int[] found, float[] cosines) in NearestNeighbors.Find(table, table, neighbors + 1))
        {
            cancellation.ThrowIfCancellationRequested();
            (int Row, double Distance)[] others =
            [
                .. found.Zip(cosines, (other, cosine) => (other, Math.Max(0, 1 - (double)cosine)))
                    .Where(other => other.other != row).Take(neighbors),
            ];
            foreach ((int other, float weight) in others.Select(other => other.Row)
                .Zip(Weights([.. others.Select(other => other.Distance)])))
            {
                (int, int) pair = row < other ? (row, other) : (other, row);
                float before = weights.GetValueOrDefault(pair);
                weights[pair] = before + weight - (before * weight);
            }
        }

        return new NeighborGraph(
            table.Count, [.. weights.Select(edge => (edge.Key.Item1, edge.Key.Item2, edge.Value))
                .OrderBy(edge => (edge.Item1, edge.Item2))]);
    }

    /// <summary>Computes the weights of a row's neighbors from their distances, nearest first.</summary>
    internal static float[] Weights(double[] distances)
    {
        double nearest = distances.FirstOrDefault(distance => distance > 0);
        double[] beyond = [.. distances.Select(distance => Math.Max(0, distance - nearest))];
        double target = Math.Log2(beyond.Length);
        (double low, double high) = (0, Math.Max(1, beyond[^1]) * 1000);
        for (int step = 0; step < BisectionSteps; step++)
        {
            double middle = (low + high) / 2;
            bool tooWide = beyond.Sum(distance => Math.Exp(-distance / middle)) > target;
            (low, high) = tooWide ? (low, middle) : (middle, high);
        }

        // As in UMAP: wide enough that every neighbor has some weight.
        double width = Math.Max(high, 1e-3 * distances.Average());
        return width > 0
            ? [.. beyond.Select(distance => (float)Math.Exp(-distance / width))]
            : [.. beyond.Select(_ => 1f)];
    }
}
