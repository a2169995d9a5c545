using SimClr.Internals;

namespace SimClr.Search;

/// <summary>
/// The choice of the number of nodes that a search considers: the smallest at which sample rows, each searched for as
/// if it were not in the graph, find the target share of their ten nearest rows.
/// </summary>
internal sealed class SearchWidthChoice(VectorIndex index, HnswGraph graph)
{
    private const int NeighborCount = 10;
    private const int Queries = 200;

    private static readonly int[] Widths =
        [20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896, 1280, 1792, 2560, 3584, 5120, 7168, 10240];

    public void Choose(CancellationToken cancellation)
    {
        int[] sample = [.. Sample()];
        SearchQuery[] queries = [.. sample.Select(index.QueryOf)];
        Neighbor[][] truths = [.. queries.Select((query, i) => Truth(query, sample[i], cancellation))];
        int shown = truths.Sum(truth => truth.Length);
        foreach (int width in Widths)
        {
            cancellation.ThrowIfCancellationRequested();
            long before = index.Compared;
            int found = queries.Select((query, i) => CountFound(query, sample[i], width, truths[i])).Sum();
            graph.SearchWidth = width;
            graph.Comparisons = (double)(index.Compared - before) / Math.Max(1, queries.Length);
            graph.MeasuredRecall = shown == 0 ? 1 : (double)found / shown;
            if (graph.MeasuredRecall >= graph.Options.Recall || width >= index.Count)
            {
                break;
            }
        }
    }

    private HashSet<int> Sample()
    {
        var draws = new RandomStream(graph.Options.Seed, Purpose.Graph, -1);
        var sample = new HashSet<int>();
        for (int tried = 0; tried < 2 * Queries && sample.Count < Queries; tried++)
        {
            int row = draws.NextInt(index.Count);
            if (!index.IsRemoved(row))
            {
                sample.Add(row);
            }
        }

        return sample;
    }

    private Neighbor[] Truth(SearchQuery query, int self, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return [.. index.FindExactly(query, NeighborCount + 1)
            .Where(neighbor => neighbor.Row != self)
            .Take(NeighborCount)];
    }

    // Any row as similar as the last true neighbor counts: a tie may resolve to any row.
    private int CountFound(SearchQuery query, int self, int width, Neighbor[] truth)
        => truth.Length == 0
            ? 0
            : index.FindByGraph(graph, query, truth.Length, width, self)
                .Count(found => found.Similarity >= truth[^1].Similarity);
}
