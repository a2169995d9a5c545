using System.Globalization;
using System.Text.RegularExpressions;
using SimClr.Checkpoints;
using SimClr.Heads;
using SimClr.Training;

namespace SimClr.Onnx;

/// <summary>The results of a run: its encoder, its projection head if requested, and their provenance.</summary>
internal sealed partial class RunSource : IDisposable
{
    private RunSource(TrainedEncoder encoder, ProjectionHead? head, IReadOnlyDictionary<string, string> provenance)
    {
        Encoder = encoder;
        Head = head;
        Provenance = provenance;
    }

    public TrainedEncoder Encoder { get; }

    public ProjectionHead? Head { get; }

    /// <summary>The run, data, steps and versions, as far as known.</summary>
    public IReadOnlyDictionary<string, string> Provenance { get; }

    public static RunSource Open(string path, bool projection)
    {
        var run = new RunDirectory(path);
        RunRecord? record = run.HasRun ? RunRecord.Read(run.RunFile) : null;

        // Head and encoder must be from the same step. The checkpoint of a resumed run is newer than its
        // encoder.safetensors.
        string source = projection ? TrainedHead.CheckpointOf(path) : path;
        TrainedEncoder encoder = LoadEncoder(source);
        try
        {
            ProjectionHead? head = projection ? TrainedHead.Load(path, source, encoder, "cpu") : null;
            return new RunSource(encoder, head, Describe(path, record, encoder.Metadata));
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Returns the origin of an encoder that was loaded from a file, and further entries.</summary>
    public static Dictionary<string, string> ProvenanceOf(
        TrainedEncoder encoder, IReadOnlyDictionary<string, string>? more)
        => Joined(encoder.SourceFile is { } file ? Describe(file, record: null, encoder.Metadata) : [], more);

    /// <summary>Returns entries and further ones, which replace those of the same names.</summary>
    public static Dictionary<string, string> Joined(
        IReadOnlyDictionary<string, string> entries, IReadOnlyDictionary<string, string>? more)
    {
        var all = new Dictionary<string, string>(entries);
        foreach ((string key, string value) in more ?? new Dictionary<string, string>())
        {
            all[key] = value;
        }

        return all;
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Head?.Dispose();
    }

    private static TrainedEncoder LoadEncoder(string path)
    {
        try
        {
            return TrainedEncoder.Load(path);
        }
        catch (DataException error) when (TrainedEncoder.CustomEncoderOf(path) is { } module)
        {
            throw CustomEncoder.Rejection($"{path}: it was trained with", module, error);
        }
    }

    private static Dictionary<string, string> Describe(
        string path, RunRecord? record, IReadOnlyDictionary<string, string> file)
    {
        var entries = new Dictionary<string, string>
        {
            ["run"] = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))),
        };
        if (file.TryGetValue("trained", out string? trained))
        {
            entries["trained"] = trained;
        }

        if (StepsOf(file) is { } steps)
        {
            entries["steps"] = steps;
        }

        if (record is not null)
        {
            entries["task"] = record.Task;
            entries["data"] = string.Create(
                CultureInfo.InvariantCulture, $"{record.Data.Name}, {record.Data.Images} images");
            entries["versions"] =
                $"simclr {record.Versions.Simclr}, TorchSharp {record.Versions.Torchsharp}, {record.Versions.Runtime}";
        }

        return entries;
    }

    // A checkpoint states its step; the encoder of a finished run states "100 epochs, 31200 steps, …".
    private static string? StepsOf(IReadOnlyDictionary<string, string> file)
        => file.TryGetValue("step", out string? step) ? step
            : file.TryGetValue("trained", out string? trained) && StepCount().Match(trained) is { Success: true } match
                ? match.Groups[1].Value
            : null;

    [GeneratedRegex(@"(\d+) steps")]
    private static partial Regex StepCount();
}
