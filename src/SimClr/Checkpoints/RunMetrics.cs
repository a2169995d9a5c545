using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>The log of a run, <c>metrics.jsonl</c>: one JSON object for each logged step.</summary>
internal static class RunMetrics
{
    /// <summary>
    /// Reads the logged steps, first to last. Lines without a step, and lines cut short when the process was killed,
    /// are skipped.
    /// </summary>
    public static IEnumerable<IReadOnlyDictionary<string, double>> Read(string file)
        => File.Exists(file)
            ? RegularFile.ReadLines(file).Select(Parse).OfType<IReadOnlyDictionary<string, double>>()
            : [];

    private static Dictionary<string, double>? Parse(string line)
    {
        try
        {
            var values = JsonSerializer.Deserialize<Dictionary<string, double>>(line, Json.Plain);
            return values?.ContainsKey("step") == true ? values : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
