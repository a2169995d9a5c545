using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Internals;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Appends to <c>metrics.jsonl</c> and to TensorBoard event files. A resumed run first drops all entries after its
/// checkpoint, so that each step is logged once.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly StreamWriter lines;
    private readonly SummaryWriter events;

    public MetricsLog(string file, string eventFolder, long fromStep)
    {
        DropAfter(file, fromStep);
        SecondsBefore = Read(file).LastOrDefault()?.GetValueOrDefault(RunMeter.Seconds) ?? 0;
        lines = new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        events = utils.tensorboard.SummaryWriter(eventFolder, createRunName: false);
    }

    /// <summary>The seconds of training in earlier sessions; 0 if an earlier version trained them.</summary>
    public double SecondsBefore { get; }

    public void Write(IReadOnlyDictionary<string, double> values, long step)
    {
        lines.WriteLine(JsonSerializer.Serialize(values, Json.Plain));
        lines.Flush();
        foreach ((string name, double value) in values.Where(v => v.Key != "step"))
        {
            events.add_scalar(name, (float)value, (int)step);
        }
    }

    public void Dispose() => lines.Dispose();

    /// <summary>
    /// Reads the logged steps, first to last. Lines without a step, and lines cut short when the process was killed,
    /// are skipped.
    /// </summary>
    public static IEnumerable<IReadOnlyDictionary<string, double>> Read(string file)
        => RunMetrics.Read(file);

    private static void DropAfter(string file, long step)
    {
        if (File.Exists(file))
        {
            IEnumerable<string> kept = [.. Read(file)
                .Where(m => m["step"] <= step)
                .Select(m => JsonSerializer.Serialize(m, Json.Plain))];
            AtomicFile.WriteText(file, string.Concat(kept.Select(line => line + "\n")));
        }
    }
}
