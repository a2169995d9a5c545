
namespace SimClr.Search;

/// <summary>
/// The choice of a row's links. From the nearest candidate outward, it takes each that is nearer to the row than to
/// every link chosen before (Algorithm 4 of Malkov and Yashunin), so that links lead in different directions. Not
/// thread-safe.
/// </summary>
internal sealed class NeighborSelector
{
    private readonly VectorRows rows;
    private readonly HnswGraph graph;
    private readonly GraphSearcher searcher;
    private readonly SearchQuery query;
    private readonly SearchQuery[] selected;
    private readonly CandidatePool candidates = new();

    public NeighborSelector(VectorRows rows, HnswGraph graph, Int8Kernel kernel)
    {
        this.rows = rows;
        this.graph = graph;
        searcher = GraphSearcher.Create(rows, graph, kernel);
        query = new SearchQuery(rows.Dimension, rows.CodeLength);
        selected = [.. Enumerable.Range(0, 2 * graph.Options.Links)
            .Select(_ => new SearchQuery(rows.Dimension, rows.CodeLength))];
    }

    /// <summary>Selects the links of a new row on each of its layers.</summary>
    /// <param name="first">
    /// The first row of the batch: rows before it are in the graph; it and later rows have no links yet.
    /// </param>
    /// <param name="row">The row.</param>
    public int[][] Select(int first, int row)
    {
        query.SetCode(rows, row);
        int height = graph.HeightOf(row);
        int[][] links = new int[height + 1][];
        int start = graph.TopLayer >= 0 ? searcher.Descend(query, height) : -1;
        for (int layer = height; layer >= 0; layer--)
        {
            searcher.Pool.Clear(graph.Options.BuildWidth);
            if (layer <= graph.TopLayer)
            {
                searcher.SearchLayer(query, start, layer, graph.Options.BuildWidth);
                start = searcher.Pool.Row(0);
            }

            AddBatch(first, row, layer);
            links[layer] = Select(searcher.Pool, graph.Options.Links);
        }

        return links;
    }

    /// <summary>Links a row back to rows that link to it; if there are too many, selects the best of all.</summary>
    public void LinkBack(int row, int layer, IEnumerable<int> sources)
    {
        Span<int> links = graph.Links(row, layer);
        int most = links.Length;
        int count = links.IndexOf(-1) is >= 0 and int end ? end : most;
        int[] added = [.. sources];
        if (count + added.Length <= most)
        {
            added.CopyTo(links[count..]);
            return;
        }

        query.SetCode(rows, row);
        candidates.Clear(count + added.Length);
        foreach (int other in (int[])[.. links[..count], .. added])
        {
            candidates.Add(other, searcher.Similarity(query, other));
        }

        int[] best = Select(candidates, most);
        best.CopyTo(links);
        links[best.Length..].Fill(-1);
    }

    private void AddBatch(int first, int row, int layer)
    {
        for (int other = first; other < row; other++)
        {
            if (graph.HeightOf(other) >= layer)
            {
                searcher.Pool.Add(other, searcher.Similarity(query, other));
            }
        }
    }

    private int[] Select(CandidatePool from, int max)
    {
        var links = new List<int>(max);
        for (int place = 0; place < from.Count && links.Count < max; place++)
        {
            int row = from.Row(place);
            if (IsNewDirection(row, from.Similarity(place), links.Count))
            {
                selected[links.Count].SetCode(rows, row);
                links.Add(row);
            }
        }

        return [.. links];
    }

    private bool IsNewDirection(int row, float similarity, int links)
    {
        for (int i = 0; i < links; i++)
        {
            if (searcher.Similarity(selected[i], row) > similarity)
            {
                return false;
            }
        }

        return true;
    }
}
