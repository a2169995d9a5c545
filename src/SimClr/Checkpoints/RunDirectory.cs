using System.Globalization;

namespace SimClr.Checkpoints;

/// <summary>
/// The directory with the files of a run: <c>run.json</c> (configuration, versions, machine, data),
/// <c>state.json</c>, <c>metrics.jsonl</c>, <c>skipped.jsonl</c>, <c>checkpoints/*.safetensors</c>,
/// <c>tensorboard/</c>, <c>evaluations/*.json</c>, and, once training is done, <c>encoder.safetensors</c>. The process
/// that trains in the directory holds <c>run.lock</c>.
/// </summary>
public sealed class RunDirectory
{
    private const string CheckpointPrefix = "step-";

    /// <summary>Creates a reference to a directory without creating anything on disk.</summary>
    public RunDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Root = path;
    }

    /// <summary>The path of the directory.</summary>
    public string Root { get; }

    /// <summary>The path of <c>run.json</c>.</summary>
    public string RunFile => Path.Combine(Root, "run.json");

    /// <summary>The path of <c>state.json</c>: how far the run is, and the process that trains it.</summary>
    public string StateFile => Path.Combine(Root, "state.json");

    /// <summary>The path of <c>metrics.jsonl</c>, with one object per logged step.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary>The path of <c>skipped.jsonl</c>, which lists the images that could not be read.</summary>
    public string SkippedFile => Path.Combine(Root, "skipped.jsonl");

    /// <summary>The path of <c>encoder.safetensors</c>: the trained encoder, under torchvision's names.</summary>
    public string EncoderFile => Path.Combine(Root, "encoder.safetensors");

    /// <summary>
    /// The path of <c>classifier.safetensors</c>: the layers after the encoder, if the run trained a classifier.
    /// </summary>
    public string ClassifierFile => Path.Combine(Root, "classifier.safetensors");

    /// <summary>The path of <c>tensorboard</c>, the folder of event files.</summary>
    public string TensorBoardFolder => Path.Combine(Root, "tensorboard");

    /// <summary>The path of <c>evaluations</c>, the folder with a record of each evaluation.</summary>
    public string EvaluationFolder => Path.Combine(Root, "evaluations");

    /// <summary>The path of <c>checkpoints</c>, the folder of checkpoints.</summary>
    public string CheckpointFolder => Path.Combine(Root, "checkpoints");

    /// <summary>The path of <c>run.lock</c>, which the process that trains in the directory holds open.</summary>
    public string LockFile => RunLock.FileIn(Root);

    /// <summary>Whether a run was started in the directory.</summary>
    public bool HasRun => File.Exists(RunFile);

    /// <summary>Returns the path of the checkpoint of a step.</summary>
    public string CheckpointFile(long step)
        => Path.Combine(
            CheckpointFolder, string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{step:D9}.safetensors"));

    /// <summary>Returns the newest checkpoint, or null if there is none.</summary>
    public string? LatestCheckpoint() => Checkpoints().LastOrDefault();

    /// <summary>
    /// Reserves the directory for this process until the result is disposed, as training does. A missing directory is
    /// created, and removed again if it is still empty at the end.
    /// </summary>
    /// <exception cref="ConfigurationException">Another process is using the directory.</exception>
    /// <exception cref="IOException">The directory cannot be created or written to.</exception>
    public IDisposable Lock() => RunLock.Acquire(Root);

    /// <summary>
    /// Reads the logged steps, first to last, each with its values by name (including <c>step</c>). Without a log,
    /// there are none. Lines without a step, and lines cut short when the process was killed, are skipped.
    /// </summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public IEnumerable<IReadOnlyDictionary<string, double>> ReadMetrics() => RunMetrics.Read(MetricsFile);

    /// <summary>Returns the newest checkpoint older than the given one, or null if there is none.</summary>
    internal string? CheckpointBefore(string file)
        => Checkpoints()
            .LastOrDefault(other => string.CompareOrdinal(Path.GetFileName(other), Path.GetFileName(file)) < 0);

    /// <summary>Deletes all but the newest checkpoints, as well as the remnants of interrupted writes.</summary>
    public void Prune(int keep)
    {
        string[] all = Checkpoints();
        foreach (string old in all[..Math.Max(0, all.Length - keep)])
        {
            File.Delete(old);
        }

        foreach (string remnant in Directory.GetFiles(CheckpointFolder, $"{CheckpointPrefix}*.safetensors.*.tmp"))
        {
            File.Delete(remnant);
        }
    }

    private string[] Checkpoints()
        => Directory.Exists(CheckpointFolder)
            ? [.. Directory.GetFiles(CheckpointFolder, $"{CheckpointPrefix}*.safetensors")
                .Order(StringComparer.Ordinal)]
            : [];
}
