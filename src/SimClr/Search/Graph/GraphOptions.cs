using SimClr.Internals;

namespace SimClr.Search;

/// <summary>How the graph of an approximate search is built (Malkov and Yashunin 2018, HNSW).</summary>
public sealed record GraphOptions
{
    /// <summary>Links of a node when it is added (M); it may come to have twice as many. Default 16.</summary>
    public int Links { get; init => field = Require.Between(value, 4, 64); } = 16;

    /// <summary>Nodes considered when links are chosen (efConstruction). Default 200.</summary>
    public int BuildWidth { get; init => field = Require.Between(value, 8, 4096); } = 200;

    /// <summary>
    /// The share of the ten nearest that a search is to find. The number of nodes that a search considers is chosen by it,
    /// measured against exact search. Default 0.985.
    /// </summary>
    public double Recall { get; init => field = Require.Probability(value); } = 0.985;

    /// <summary>Fixes the heights of the nodes and the rows that recall is measured with.</summary>
    public long Seed { get; init; }
}
