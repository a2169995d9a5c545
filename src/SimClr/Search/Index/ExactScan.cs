
namespace SimClr.Search;

/// <summary>
/// An exact search for the nearest rows, as if the query were compared with every vector in float32. It reads the codes
/// (a quarter of the bytes), which bound each similarity. A row whose upper bound is below the lower bounds of k others
/// is not among the k nearest; the rest (usually a few dozen rows) are compared in float32.
/// </summary>
internal static unsafe class ExactScan
{
    private const int Piece = 4096;

    /// <summary>The number of rows below which a second thread does not pay off.</summary>
    private const int RowsForThreads = 4 * Piece;

    /// <param name="rows">The rows to search.</param>
    /// <param name="removed">The rows to exclude.</param>
    /// <param name="query">The query.</param>
    /// <param name="count">The number of rows to find, at least 1.</param>
    /// <param name="kernel">The kernel that multiplies codes.</param>
    /// <param name="threads">The number of threads, at least 1; the result does not depend on it.</param>
    /// <returns>The nearest rows, nearest first; fewer than <paramref name="count"/> if there are fewer rows.</returns>
    public static Neighbor[] Find(
        VectorRows rows, RowSet removed, SearchQuery query, int count, Int8Kernel kernel, int threads)
        => kernel switch
        {
            Int8Kernel.Vnni => Find<VnniDot>(rows, removed, query, count, threads),
            Int8Kernel.Avx2 => Find<Avx2Dot>(rows, removed, query, count, threads),
            _ => Find<PortableDot>(rows, removed, query, count, threads),
        };

    private static Neighbor[] Find<TProduct>(VectorRows rows, RowSet removed, SearchQuery query, int count, int threads)
        where TProduct : struct, IInt8Dot
    {
        if (rows.Count - removed.Count <= 0)
        {
            return [];
        }

        var state = new State(count);
        int pieces = (rows.Count + Piece - 1) / Piece;
        int workers = rows.Count < RowsForThreads ? 1 : Math.Min(threads, pieces);
        var candidates = new List<Candidate>[workers];
        if (workers == 1)
        {
            candidates[0] = Scan<TProduct>(rows, removed, query, state, pieces);
        }
        else
        {
            Parallel.For(
                0, workers, worker => candidates[worker] = Scan<TProduct>(rows, removed, query, state, pieces));
        }

        float least = state.Threshold;
        return
        [
            .. candidates.SelectMany(list => list)
                .Where(candidate => candidate.Upper >= least)
                .Select(candidate => new Neighbor(candidate.Row, rows.Similarity(candidate.Row, query.Unit)))
                .Order()
                .Take(count),
        ];
    }

    private static List<Candidate> Scan<TProduct>(
        VectorRows rows, RowSet removed, SearchQuery query, State state, int pieces)
        where TProduct : struct, IInt8Dot
    {
        var candidates = new List<Candidate>();
        var lower = new TopNumbers(state.Wanted);
        for (int piece = state.Next(); piece < pieces; piece = state.Next())
        {
            float least = Math.Max(lower.Min, state.Threshold);
            int end = Math.Min(rows.Count, (piece + 1) * Piece);
            byte* code = rows.Code(piece * Piece);
            for (int row = piece * Piece; row < end; row++, code += rows.Stride)
            {
                float similarity = query.Similarity<TProduct>(rows, code);
                float error = query.Error(rows, code);
                if (similarity + error < least || removed.Contains(row))
                {
                    continue;
                }

                candidates.Add(new Candidate(row, similarity + error));
                lower.Add(similarity - error);
                least = Math.Max(least, lower.Min);
            }

            state.Raise(lower.Min);
        }

        return candidates;
    }

    private readonly record struct Candidate(int Row, float Upper);

    /// <summary>
    /// The shared state of the threads of a search: the next piece, and the similarity that a row must reach.
    /// </summary>
    private sealed class State(int wanted)
    {
        private int taken = -1;
        private float threshold = float.NegativeInfinity;

        public int Wanted => wanted;

        public float Threshold => Volatile.Read(ref threshold);

        public int Next() => Interlocked.Increment(ref taken);

        public void Raise(float value)
        {
            for (float known = Threshold; value > known; known = Threshold)
            {
                Interlocked.CompareExchange(ref threshold, value, known);
            }
        }
    }
}
