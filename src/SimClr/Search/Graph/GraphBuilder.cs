using System.Collections.Concurrent;

namespace SimClr.Search;

/// <summary>
/// Adds rows to a graph in batches. Each row of a batch searches for its neighbors in the graph as it was before the
/// batch, and compares itself with all earlier rows of the batch; then the links are written. Nothing depends on which
/// thread does what, so the graph is the same for any number of threads.
/// </summary>
internal sealed class GraphBuilder(VectorRows rows, HnswGraph graph, Int8Kernel kernel, int threads)
{
    private const int Batch = 1024;

    private readonly ConcurrentBag<NeighborSelector> selectors = [];
    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Adds all rows that are not yet in the graph.</summary>
    /// <param name="progress">Receives the number of rows in the graph.</param>
    /// <param name="cancellation">
    /// Cancellation token, checked between batches; a canceled graph holds fewer rows.
    /// </param>
    public void Extend(IProgress<int>? progress, CancellationToken cancellation)
    {
        graph.Reserve(rows.Count);
        while (graph.Count < rows.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            AddBatch(graph.Count, Math.Min(Batch, rows.Count - graph.Count));
            progress?.Report(graph.Count);
        }
    }

    private void AddBatch(int first, int count)
    {
        graph.Add(count);
        int[][][] links = new int[count][][];
        Run(count, (chooser, i) => links[i] = chooser.Select(first, first + i));
        var back = new List<BackLink>(count * 2 * graph.Options.Links);
        for (int i = 0; i < count; i++)
        {
            for (int layer = 0; layer < links[i].Length; layer++)
            {
                links[i][layer].CopyTo(graph.Links(first + i, layer));
                foreach (int target in links[i][layer])
                {
                    back.Add(new BackLink(layer, target, first + i));
                }
            }
        }

        LinkBack([.. back.Order()]);
        for (int row = first; row < first + count; row++)
        {
            graph.Raise(row);
        }
    }

    private void LinkBack(BackLink[] links)
    {
        var starts = new List<int>();
        for (int i = 0; i < links.Length; i++)
        {
            if (i == 0 || links[i].Layer != links[i - 1].Layer || links[i].Target != links[i - 1].Target)
            {
                starts.Add(i);
            }
        }

        Run(starts.Count, (chooser, group) =>
        {
            int end = group + 1 < starts.Count ? starts[group + 1] : links.Length;
            BackLink first = links[starts[group]];
            chooser.LinkBack(first.Target, first.Layer, links[starts[group]..end].Select(link => link.Source));
        });
    }

    private void Run(int count, Action<NeighborSelector, int> work)
        => Parallel.For(
            0,
            count,
            parallel,
            () => selectors.TryTake(out NeighborSelector? free) ? free : new NeighborSelector(rows, graph, kernel),
            (i, _, chooser) =>
            {
                work(chooser, i);
                return chooser;
            },
            selectors.Add);

    /// <summary>A link back from the target of a new link to its source.</summary>
    private readonly record struct BackLink(int Layer, int Target, int Source) : IComparable<BackLink>
    {
        public int CompareTo(BackLink other)
            => (Layer, Target, Source).CompareTo((other.Layer, other.Target, other.Source));
    }
}
