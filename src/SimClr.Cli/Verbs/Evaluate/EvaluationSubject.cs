using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>What an evaluation measures, for its record.</summary>
/// <param name="Kind">The kind of evaluation (<see cref="EvaluationRecord.Kind"/>).</param>
/// <param name="Run">The run directory, or an encoder file.</param>
/// <param name="Encoder">The evaluated encoder; null on ranks without output.</param>
/// <param name="Sets">The images by use; null for none.</param>
/// <param name="Settings">The settings that were asked for.</param>
internal sealed record EvaluationSubject(
    string Kind,
    string Run,
    EvaluationRecord.EncoderRecord? Encoder,
    IReadOnlyDictionary<string, ImageDataSet?> Sets,
    JsonObject Settings)
{
    // These options say how fast images are read, or how many may be missing, and not what they are.
    private static readonly string[] WithoutEffect = ["max_skipped", "cache", "workers"];

    /// <summary>Adds what every evaluation depends on: the seed and how images are read.</summary>
    public EvaluationSubject With(long seed, DataOptions reading)
    {
        JsonObject json = JsonSerializer.SerializeToNode(reading, Internals.Json.Compact)!.AsObject();
        Array.ForEach(WithoutEffect, key => json.Remove(key));
        JsonObject settings = Settings.DeepClone().AsObject();
        (settings["seed"], settings["reading"]) = (seed, json);
        return this with { Settings = settings };
    }
}
