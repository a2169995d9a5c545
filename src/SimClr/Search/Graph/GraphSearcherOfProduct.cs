using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SimClr.Search;

/// <inheritdoc/>
internal sealed unsafe class GraphSearcher<TProduct>(VectorRows rows, HnswGraph graph) : GraphSearcher
    where TProduct : struct, IInt8Dot
{
    private const int CacheLine = 64;

    private readonly int[] fresh = new int[2 * graph.Options.Links];
    private byte[] visited = [];
    private byte visit;

    public override void Search(SearchQuery query, int width, int without = -1)
    {
        if (graph.Count == 0)
        {
            Pool.Clear(width);
            return;
        }

        SearchLayer(query, Descend(query, layer: 0), layer: 0, width, without);
    }

    public override int Descend(SearchQuery query, int layer)
    {
        int place = graph.Entry;
        float nearest = Similarity(query, place);
        for (int above = graph.TopLayer; above > layer; above--)
        {
            for (int from = -1; from != place;)
            {
                from = place;
                foreach (int link in graph.Links(from, above))
                {
                    if (link < 0)
                    {
                        break;
                    }

                    float similarity = Similarity(query, link);
                    if (similarity > nearest)
                    {
                        (place, nearest) = (link, similarity);
                    }
                }
            }
        }

        return place;
    }

    public override void SearchLayer(SearchQuery query, int start, int layer, int width, int without = -1)
    {
        BeginVisit();
        Pool.Clear(width);
        visited[start] = visit;
        if (without >= 0)
        {
            visited[without] = visit;
        }

        Pool.Add(start, Similarity(query, start));
        for (int row = Pool.Next(); row >= 0; row = Pool.Next())
        {
            Span<int> links = graph.Links(row, layer);
            int count = 0;
            foreach (int link in links)
            {
                if (link < 0)
                {
                    break;
                }

                if (visited[link] != visit)
                {
                    visited[link] = visit;
                    Prefetch(rows.Code(link));
                    fresh[count++] = link;
                }
            }

            Compared += count;
            for (int i = 0; i < count; i++)
            {
                Pool.Add(fresh[i], Similarity(query, fresh[i]));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override float Similarity(SearchQuery query, int row) => query.Similarity<TProduct>(rows, rows.Code(row));

    // Prefetches the codes: most of a search is waiting for memory.
    private void Prefetch(byte* code)
    {
        if (Sse.IsSupported)
        {
            for (int at = 0; at < rows.Stride; at += CacheLine)
            {
                Sse.Prefetch0(code + at);
            }
        }
    }

    private void BeginVisit()
    {
        if (visited.Length < rows.Count)
        {
            visited = new byte[rows.Count];
            visit = 0;
        }

        if (++visit == 0)
        {
            visited.AsSpan().Clear();
            visit = 1;
        }
    }
}
