// Search in synthetic vectors, exact and through the graph: recall, build time, memory. One row per kind of data.
// Arguments, all optional: rows (default 1000000), dimension (128), kinds of data (clusters isotropic). --graphs FOLDER
// keeps the graphs and their build times there, so that the next run measures searches without building them again. The
// draws are addressed by (kind, row): the same vectors on every machine.
using System.Diagnostics;
using System.Globalization;
using SimClr.Search;

const int Clusters = 1000;
const int Queries = 500;
const int Nearest = 10;

int option = Array.IndexOf(args, "--graphs");
string? folder = option >= 0 ? args[option + 1] : null;
args = option >= 0 ? [.. args[..option], .. args[(option + 2)..]] : args;
int rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
int dimension = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 128;
string[] kinds = args.Length > 2 ? args[2..] : ["clusters", "isotropic"];
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine(
    $"{rows:N0} vectors of {dimension} numbers, {Environment.ProcessorCount} threads, {Queries} queries that are not "
        + $"among them, {Nearest} nearest");
Console.WriteLine(
    "| data | exact p50 ms | p99 | graph p50 ms | p99 | recall@10 | width | compared | built in s | memory / "
        + "vectors | resident / vectors |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
foreach (string kind in kinds)
{
    Measure(kind);
}

void Measure(string kind)
{
    long before = Resident();
    using var index = new VectorIndex(dimension, rows);
    var parts = new float[4096][];
    for (int first = 0; first < rows; first += parts.Length)
    {
        int count = Math.Min(parts.Length, rows - first);
        Parallel.For(0, count, i => Draw(kind, first + i, parts[i] ??= new float[dimension]));
        for (int i = 0; i < count; i++)
        {
            index.Add(parts[i]);
        }
    }

    float[][] queries = [.. Enumerable.Range(0, Queries).Select(i => Draw(kind, rows + i, new float[dimension]))];
    (double[] exact, IReadOnlyList<Neighbor>[] truth) = Time(queries, query => index.Find(query, Nearest, exact: true));
    double built = Build(index, kind);
    (double[] graph, IReadOnlyList<Neighbor>[] found) = Time(queries, query => index.FindByGraph(query, Nearest));
    double recall =
        truth.Zip(found, (t, f) => f.Select(n => n.Row).Intersect(t.Select(n => n.Row)).Count()).Average() / Nearest;
    double vectors = (double)rows * dimension * sizeof(float);
    Console.WriteLine(
        $"| {kind} | {At(exact, 0.5):F2} | {At(exact, 0.99):F2} | {At(graph, 0.5):F3} | {At(graph, 0.99):F3} | "
            + $"{recall:F4} | {index.GraphWidth} | {index.Comparisons:F0}"
            + $"{(index.UsesGraph ? "" : ": exact search is faster and is used")} | {built:F0} | "
            + $"{index.Bytes / vectors:F3} | {(Resident() - before) / vectors:F3} |");
}

double Build(VectorIndex index, string kind)
{
    string? file = folder is null ? null : Path.Combine(folder, $"{kind}-{rows}-{dimension}.graph");
    if (File.Exists(file))
    {
        using var reader = new BinaryReader(
            new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20));
        double seconds = reader.ReadDouble();
        index.ReadGraph(reader.BaseStream, new GraphOptions(), rows);
        return seconds;
    }

    long begin = Stopwatch.GetTimestamp();
    long shown = begin;
    index.BuildGraph(progress: new Told(done =>
    {
        if (Stopwatch.GetElapsedTime(shown).TotalSeconds > 20)
        {
            shown = Stopwatch.GetTimestamp();
            Console.Error.WriteLine(
                $"{kind}: {done:N0} rows in the graph after {Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} s");
        }
    }));
    double built = Stopwatch.GetElapsedTime(begin).TotalSeconds;
    if (file is not null)
    {
        using var writer = new BinaryWriter(File.Create(file));
        writer.Write(built);
        writer.Flush();
        index.WriteGraph(writer.BaseStream);
    }

    return built;
}

static (double[] Milliseconds, IReadOnlyList<Neighbor>[] Found) Time(
    float[][] queries, Func<float[], IReadOnlyList<Neighbor>> find)
{
    foreach (float[] query in queries.Take(50))
    {
        find(query);
    }

    double[] times = new double[queries.Length];
    var found = new IReadOnlyList<Neighbor>[queries.Length];
    for (int i = 0; i < queries.Length; i++)
    {
        long begin = Stopwatch.GetTimestamp();
        found[i] = find(queries[i]);
        times[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    Array.Sort(times);
    return (times, found);
}

static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

// Clusters: centers are normally distributed; each row is a center plus noise of the same length as the center.
static float[] Draw(string kind, int row, float[] vector)
{
    var noise = new Draws(2, row);
    var center = new Draws(1, row % Clusters);
    for (int i = 0; i < vector.Length; i++)
    {
        vector[i] = (float)(noise.Normal() + (kind == "clusters" ? center.Normal() : 0));
    }

    return vector;
}

static long Resident()
{
    // Free memory goes back to the system first.
    GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    return long.Parse(
        File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) << 10;
}

/// <summary>SplitMix64, seeded with an address.</summary>
internal struct Draws(ulong purpose, int row)
{
    private ulong state = Mix((purpose << 40) + (ulong)row);

    /// <summary>Draws a normal number by the Box–Muller transform.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());

    private double Next() => (Mix(state += 0x9E3779B97F4A7C15) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

internal sealed class Told(Action<int> tell) : IProgress<int>
{
    public void Report(int value) => tell(value);
}
