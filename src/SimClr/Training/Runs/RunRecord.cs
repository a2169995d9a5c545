using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using TorchSharp;

namespace SimClr.Training;

/// <summary>What <c>run.json</c> says: everything that decides the result, and where it was made.</summary>
/// <param name="Configuration">The whole resolved configuration.</param>
/// <param name="Data">What was trained on.</param>
/// <param name="Machine">Where and how it computed.</param>
/// <param name="Versions">With what.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Task">What it learns: the verb that started it.</param>
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

    /// <summary>The type of the user's own step of the views; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OwnAugmentation { get; init; }

    /// <summary>The type of the user's own loss; omitted where the loss is the configured one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomLoss { get; init; }

    /// <summary>The type of the user's own projection head; omitted where the head is the configured one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomHead { get; init; }

    /// <summary>The type of the user's own optimizer; omitted where the optimizer is the configured one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomOptimizer { get; init; }

    /// <summary>
    /// Steps that the learning-rate schedule counts: <see cref="TotalSteps"/>. Missing where an earlier version started the
    /// run, which counted images · epochs div batch + 1 (<see cref="Optimizers.LearningRateSchedule.ForEarlierRun"/>).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ScheduledSteps { get; init; }

    /// <summary>The weights that started at zero, which LARS does not adapt; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? NotAdapted { get; init; }

    internal static RunRecord Create(
        PretrainOptions options, ImageDataSet images, ComputePlan plan, long totalSteps, string task, int ranks = 1) => new(
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

    /// <summary>The record of a run directory, or null where no run was started.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static RunRecord? Find(RunDirectory run) => run.HasRun ? Read(run.RunFile) : null;

    /// <summary>Reads the description of a run.</summary>
    /// <param name="file">The run's <c>run.json</c> (<see cref="Checkpoints.RunDirectory.RunFile"/>).</param>
    /// <exception cref="DataException">The file cannot be read, or is not a whole description.</exception>
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
        catch (Exception error) when (error is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{file}: this is not the description of a run, or not all of it ({Json.ReasonOf(error)}). Was it cut short, or changed by hand? An encoder can be measured without: name its safetensors file.",
                error);
        }
    }

    /// <summary>Writes the description, whole or not at all.</summary>
    /// <param name="file">The file.</param>
    public void Write(string file) => AtomicFile.WriteText(file, JsonSerializer.Serialize(this, Json.Indented) + "\n");

    /// <summary>The images of a run.</summary>
    /// <param name="Name">The data spec.</param>
    /// <param name="Images">Number of images.</param>
    /// <param name="Classes">Number of classes; null without class names.</param>
    /// <param name="Fingerprint">See <see cref="ImageDataSet.Fingerprint"/>.</param>
    public sealed record DataRecord(string Name, int Images, int? Classes, string Fingerprint);

    /// <summary>The machine of a run, and how it computed.</summary>
    /// <param name="System">The operating system.</param>
    /// <param name="Architecture">The processor's architecture.</param>
    /// <param name="Cores">Cores that the process could use.</param>
    /// <param name="Device">cpu, cuda:N or mps.</param>
    /// <param name="Precision">fp32, tf32 or bf16.</param>
    /// <param name="Threads">Threads of the tensor library.</param>
    /// <param name="MicroBatch">Images whose activations were held at once; null where it was not known.</param>
    /// <param name="Decoder">The JPEG decoder; null where nothing was decoded.</param>
    /// <param name="Ranks">Processes that trained together.</param>
    public sealed record MachineRecord(
        string System, string Architecture, int Cores, string Device, string Precision, int Threads, int? MicroBatch = null,
        string? Decoder = null, int Ranks = 1);

    /// <summary>The versions that a run was computed with.</summary>
    /// <param name="Simclr">Of this library.</param>
    /// <param name="Runtime">Of .NET.</param>
    /// <param name="Torchsharp">Of TorchSharp.</param>
    public sealed record VersionRecord(string Simclr, string Runtime, string Torchsharp);
}
