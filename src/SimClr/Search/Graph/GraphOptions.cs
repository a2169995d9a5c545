using SimClr.Internals;

namespace SimClr.Search;

/// <summary>The options for building the graph of an approximate search (HNSW, Malkov and Yashunin 2018).</summary>
public sealed record GraphOptions
{
    /// <summary>The number of links of a new node (M), 4 to 64; later links may double it. Default: 16.</summary>
    public int Links { get; init => field = Require.Between(value, 4, 64); } = 16;

    /// <summary>
    /// The number of nodes considered in the choice of links (efConstruction), 8 to 4,096. Default: 200.
    /// </summary>
    public int BuildWidth { get; init => field = Require.Between(value, 8, 4096); } = 200;

    /// <summary>
    /// The target recall: the share of the ten nearest rows that a search should find, 0 … 1. It determines the number
    /// of nodes that a search considers, by comparison with exact search. Default: 0.985.
    /// </summary>
    public double Recall { get; init => field = Require.Probability(value); } = 0.985;

    /// <summary>The seed of the nodes' heights and of the sample of rows for measuring recall. Default: 0.</summary>
    public long Seed { get; init; }
}
