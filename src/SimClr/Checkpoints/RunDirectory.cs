using System.Globalization;

namespace SimClr.Checkpoints;

/// <summary>
/// Where a run keeps its files: <c>run.json</c> (configuration, versions, machine, data), <c>metrics.jsonl</c>,
/// <c>skipped.jsonl</c>, <c>checkpoints/*.safetensors</c>, <c>tensorboard/</c>, and <c>encoder.safetensors</c> when done.
/// <c>run.lock</c> is held by the process that trains in it.
/// </summary>
public sealed class RunDirectory
{
    private const string CheckpointPrefix = "step-";

    /// <summary>Names the directory; nothing is created yet.</summary>
    public RunDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Root = path;
    }

    /// <summary>The directory itself.</summary>
    public string Root { get; }

    /// <summary><c>run.json</c>.</summary>
    public string RunFile => Path.Combine(Root, "run.json");

    /// <summary><c>metrics.jsonl</c>: one object per logged step.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary><c>skipped.jsonl</c>: images that could not be read.</summary>
    public string SkippedFile => Path.Combine(Root, "skipped.jsonl");

    /// <summary><c>encoder.safetensors</c>: the trained encoder, in torchvision's names.</summary>
    public string EncoderFile => Path.Combine(Root, "encoder.safetensors");

    /// <summary><c>classifier.safetensors</c>: the layers behind the encoder, where classes were learned.</summary>
    public string ClassifierFile => Path.Combine(Root, "classifier.safetensors");

    /// <summary><c>tensorboard</c>: event files.</summary>
    public string TensorBoardFolder => Path.Combine(Root, "tensorboard");

    /// <summary><c>checkpoints</c>.</summary>
    public string CheckpointFolder => Path.Combine(Root, "checkpoints");

    /// <summary>The path of <c>run.lock</c>, which the process that trains in the directory holds open.</summary>
    public string LockFile => RunLock.FileIn(Root);

    /// <summary>True when a run was started here.</summary>
    public bool HasRun => File.Exists(RunFile);

    /// <summary>The checkpoint of a step.</summary>
    public string CheckpointFile(long step)
        => Path.Combine(CheckpointFolder, string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{step:D9}.safetensors"));

    /// <summary>The newest checkpoint, or null.</summary>
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
    /// there are none. Lines that are truncated (by a kill) or without a step are skipped.
    /// </summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public IEnumerable<IReadOnlyDictionary<string, double>> ReadMetrics() => RunMetrics.Read(MetricsFile);

    /// <summary>The newest checkpoint that is older than the given one, or null.</summary>
    internal string? CheckpointBefore(string file)
        => Checkpoints().LastOrDefault(other => string.CompareOrdinal(Path.GetFileName(other), Path.GetFileName(file)) < 0);

    /// <summary>Deletes all checkpoints but the newest ones, and what an interrupted write left behind.</summary>
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
            ? [.. Directory.GetFiles(CheckpointFolder, $"{CheckpointPrefix}*.safetensors").Order(StringComparer.Ordinal)]
            : [];
}
