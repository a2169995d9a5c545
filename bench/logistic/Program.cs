// The C# side of bench/logistic_against_sklearn.py: sweeps over λ and prints one JSON object.
// Arguments: features (raw float32), labels (raw int32), dimension, training rows, threads, then every λ.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using SimClr.Embeddings;
using SimClr.Evaluation;
using TorchSharp;

static T[] Read<T>(string file)
    where T : unmanaged
{
    using var stream = File.OpenRead(file);
    var values = GC.AllocateUninitializedArray<T>((int)(stream.Length / Marshal.SizeOf<T>()));
    stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
    return values;
}

static long Resident(string what) => long.Parse(
    File.ReadLines("/proc/self/status")
        .First(line => line.StartsWith(what, StringComparison.Ordinal))
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
    CultureInfo.InvariantCulture) << 10;

int dimension = int.Parse(args[2], CultureInfo.InvariantCulture);
int trainRows = int.Parse(args[3], CultureInfo.InvariantCulture);
torch.set_num_threads(int.Parse(args[4], CultureInfo.InvariantCulture));
double[] strengths = [.. args[5..].Select(text => double.Parse(text, CultureInfo.InvariantCulture))];

// A warm-up on a few rows: memory that code and libraries take regardless of the features must not count.
var few = new EmbeddingTable(
    [.. Enumerable.Range(0, 64 * 32).Select(i => (float)(i * 7919 % 101))],
    32,
    new string[64],
    [.. Enumerable.Range(0, 64).Select(i => i % 2)]);
LogisticRegression.Choose(LogisticData.FromTable(few), options: new LogisticOptions { Strengths = [1] });
long before = Resident("VmRSS");

int[] labels = Read<int>(args[1]);
var table = new EmbeddingTable(Read<float>(args[0]), dimension, new string[labels.Length], labels);
LogisticData all = LogisticData.FromTable(table);
LogisticData train = all.Subset([.. Enumerable.Range(0, trainRows)]);
LogisticData validation = all.Subset([.. Enumerable.Range(trainRows, labels.Length - trainRows)]);

long begin = Stopwatch.GetTimestamp();
double last = 0;
var seconds = new List<double>();
LogisticSelection found = LogisticRegression.Choose(
    train,
    validation,
    new LogisticOptions { Strengths = strengths },
    new Watch(_ =>
    {
        double now = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        seconds.Add(now - last);
        last = now;
    }));
Console.WriteLine(JsonSerializer.Serialize(new
{
    seconds,
    refit_seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds - last,
    l2 = found.Sweep.Select(point => point.L2),
    objectives = found.Sweep.Select(point => point.Objective),
    iterations = found.Sweep.Select(point => point.Iterations),
    accuracies = found.Sweep.Select(point => point.Validation),
    converged = found.Sweep.All(point => point.Converged),
    chosen = found.Model.L2,
    features_bytes = table.Values.LongLength * sizeof(float),
    resident_before = before,
    resident_peak = Resident("VmHWM"),
}));

internal sealed class Watch(Action<LogisticSweepPoint> take) : IProgress<LogisticSweepPoint>
{
    public void Report(LogisticSweepPoint value) => take(value);
}
