using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using TorchSharp;

namespace SimClr.Training;

/// <summary>
/// The content of <c>run.json</c>: everything that determines the result, and the machine that computed it.
/// </summary>
/// <param name="Configuration">The whole resolved configuration.</param>
/// <param name="Data">The training images.</param>
/// <param name="Machine">The machine and its settings.</param>
/// <param name="Versions">The software versions.</param>
/// <param name="TotalSteps">The number of steps of the whole run.</param>
/// <param name="Task">The task, which is the verb that started the run.</param>
public sealed record RunRecord(
    PretrainOptions Configuration,
    RunRecord.DataRecord Data,
    RunRecord.MachineRecord Machine,
    RunRecord.VersionRecord Versions,
    long TotalSteps,
    string Task = RunRecord.Pretraining)
{
    /// <summary>The <see cref="Task"/> of pre-training.</summary>
    public const string Pretraining = "pretrain";

    /// <summary>The <see cref="Task"/> of the supervised baseline.</summary>
    public const string Supervision = "supervised";

    /// <summary>The type of the custom augmentation; omitted if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("own_augmentation")]
    public string? CustomAugmentation { get; init; }

    /// <summary>The type of the custom loss; omitted if the loss is the configured one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomLoss { get; init; }

    /// <summary>The type of the custom projection head; omitted if the head is the configured one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomHead { get; init; }

    /// <summary>The type of the custom optimizer; omitted if the optimizer is the configured one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomOptimizer { get; init; }

    /// <summary>
    /// The number of steps that the learning-rate schedule counts, which is <see cref="TotalSteps"/>. Missing if the
    /// run was started by an earlier version, which counted images · epochs div batch + 1
    /// (<see cref="Optimizers.LearningRateSchedule.ForEarlierRun"/>).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ScheduledSteps { get; init; }

    /// <summary>The weights that LARS does not adapt because they started at zero; omitted if there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? NotAdapted { get; init; }

    internal static RunRecord Create(
        PretrainOptions options, ImageDataSet images, ComputePlan plan, long totalSteps, string task, int ranks = 1)
        => new(
            options,
            new DataRecord(images.Name, images.Count, images.ClassNames?.Count, images.Fingerprint),
            new MachineRecord(
                RuntimeInformation.OSDescription,
                RuntimeInformation.ProcessArchitecture.ToString(),
                ComputeThreads.Cores,
                plan.Device,
                plan.Precision,
                plan.Threads,
                plan.MicroBatch,
                images.Decoder,
                ranks),
            new VersionRecord(
                typeof(RunRecord).Assembly.GetName().Version!.ToString(3),
                RuntimeInformation.FrameworkDescription,
                typeof(torch).Assembly.GetName().Version!.ToString(3)),
            totalSteps,
            task)
        {
            ScheduledSteps = plan.HasEarlierSchedule ? null : totalSteps,
            NotAdapted = plan.NotAdapted is { Length: > 0 } names ? names : null,
        };

    /// <summary>Returns the record of a run directory; null if no run was started in it.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static RunRecord? Find(RunDirectory run) => run.HasRun ? Read(run.RunFile) : null;

    /// <summary>Returns the configuration of a run directory; the defaults if no run was started in it.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static PretrainOptions ConfigurationOf(RunDirectory run)
        => Find(run)?.Configuration ?? new PretrainOptions();

    /// <summary>Reads a record.</summary>
    /// <param name="file">The run's <c>run.json</c> (<see cref="Checkpoints.RunDirectory.RunFile"/>).</param>
    /// <exception cref="DataException">The file cannot be read, or is not a complete record.</exception>
    public static RunRecord Read(string file)
    {
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            return JsonSerializer.Deserialize<RunRecord>(text.ReadToEnd(), Json.Compact) is
            { Configuration: not null, Data: not null, Machine: not null, Versions: not null } record
                    ? record
                    : throw new JsonException("configuration, data, machine or versions are missing");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or IOException
            or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{file}: this is not a complete description of a run ({Json.ReasonOf(error)}). Was it truncated or "
                    + "edited by hand? To use the encoder without it, name the encoder's safetensors file.",
                error);
        }
    }

    /// <summary>Writes the record. The file is written completely or not at all.</summary>
    /// <param name="file">The path of the file.</param>
    public void Write(string file) => AtomicFile.WriteText(file, JsonSerializer.Serialize(this, Json.Indented) + "\n");

    /// <summary>The images of a run.</summary>
    /// <param name="Name">The data spec.</param>
    /// <param name="Images">The number of images.</param>
    /// <param name="Classes">The number of classes; null without class names.</param>
    /// <param name="Fingerprint">See <see cref="ImageDataSet.Fingerprint"/>.</param>
    public sealed record DataRecord(string Name, int Images, int? Classes, string Fingerprint);

    /// <summary>The machine of a run, and its settings.</summary>
    /// <param name="System">The operating system.</param>
    /// <param name="Architecture">The architecture of the CPU.</param>
    /// <param name="Cores">The number of cores available to the process.</param>
    /// <param name="Device">cpu, cuda:N or mps.</param>
    /// <param name="Precision">fp32, tf32 or bf16.</param>
    /// <param name="Threads">The number of threads of the tensor library.</param>
    /// <param name="MicroBatch">The number of images whose activations were held at once; null if unknown.</param>
    /// <param name="Decoder">The JPEG decoder; null if no images were decoded.</param>
    /// <param name="Ranks">The number of processes that trained together.</param>
    public sealed record MachineRecord(
        string System,
        string Architecture,
        int Cores,
        string Device,
        string Precision,
        int Threads,
        int? MicroBatch = null,
        string? Decoder = null,
        int Ranks = 1);

    /// <summary>The software versions of a run.</summary>
    /// <param name="Simclr">The version of this library.</param>
    /// <param name="Runtime">The version of .NET.</param>
    /// <param name="Torchsharp">The version of TorchSharp.</param>
    public sealed record VersionRecord(string Simclr, string Runtime, string Torchsharp);
}
