using System.Diagnostics;
using SimClr.Diagnostics;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Cli.Bench;

/// <summary>
/// Search for the ten nearest vectors, one query at a time with all threads, exactly and through the graph: the median
/// time per query, the recall of the graph, and its cost. Vectors are drawn around centers; the noise is as large as
/// the centers' norm. The bounds hold for a million vectors; for costs that grow with their number, the bound is scaled
/// down in proportion.
/// </summary>
internal static class SearchBenchmark
{
    private const int Dimension = 128;
    private const int Centers = 1000;
    private const int Queries = 200;
    private const int Top = 10;
    private const double Million = 1e6;

    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        int count = settings.SearchVectors;
        int threads = ComputeEnvironment.ThreadsOf(settings.BaseOptions.Threads);
        using var index = new VectorIndex(Dimension, count) { Threads = threads };
        for (int row = 0; row < count; row++)
        {
            _ = index.Add(Draw(row));
        }

        long begin = Stopwatch.GetTimestamp();
        index.BuildGraph(cancellation: cancellation);
        double build = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        float[][] queries = [.. Enumerable.Range(count, Queries).Select(Draw)];
        double recall = queries.Average(query => Recall(index, query));
        double[][] figures = SideBySide.Run(
            settings.Rounds,
            cancellation,
            () => Median(queries, query => index.Find(query, Top, exact: true)),
            () => Median(queries, query => index.FindByGraph(query, Top)));
        double memory = (double)index.Bytes / ((long)count * Dimension * sizeof(float));
        string shape = FormattableString.Invariant($"{count:N0} vectors of {Dimension}, the {Top} nearest");
        yield return new BenchRow(
            "search_exact",
            $"{shape}, exact: median of {Queries} queries",
            Spread.FromValues(figures[0]),
            "ms",
            Target.Max(25 * count / Million));
        yield return new BenchRow(
            "search_graph",
            $"{shape}, by the graph: median of {Queries} queries",
            Spread.FromValues(figures[1]),
            "ms",
            Target.Max(2));
        yield return new BenchRow(
            "search_recall",
            $"{shape}: share that the graph finds",
            Spread.FromValues([recall]),
            "of the nearest",
            Target.Min(0.98));
        yield return new BenchRow(
            "search_build",
            $"{shape}: building the graph",
            Spread.FromValues([build]),
            "s",
            Target.Max(900 * count / Million));
        yield return new BenchRow(
            "search_memory",
            $"{shape}: memory of vectors, codes and graph",
            Spread.FromValues([memory]),
            "of the vectors",
            Target.Max(1.6));
    }

    private static double Recall(VectorIndex index, float[] query)
    {
        HashSet<int> nearest = [.. index.Find(query, Top, exact: true).Select(found => found.Row)];
        return index.FindByGraph(query, Top).Count(found => nearest.Contains(found.Row)) / (double)nearest.Count;
    }

    private static double Median(float[][] queries, Func<float[], IReadOnlyList<Neighbor>> find)
        => Spread.FromValues([.. queries.Select(query =>
        {
            long begin = Stopwatch.GetTimestamp();
            _ = find(query);
            return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        })]).Median;

    private static float[] Draw(int row)
    {
        var noise = new RandomStream(1, Purpose.Sample, row);
        var center = new RandomStream(1, Purpose.Split, row % Centers);
        float[] vector = new float[Dimension];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(noise.NextNormal() + center.NextNormal());
        }

        return vector;
    }
}
