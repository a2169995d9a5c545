using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using TorchSharp;

namespace SimClr.Training;

/// <summary>
/// The projection head of a run, which is stored in the run's checkpoints and not in the encoder's file.
/// </summary>
public static class TrainedHead
{
    private const string Prefix = "head.";

    /// <summary>
    /// Returns the checkpoint that both head and encoder must be loaded from: only those of one step belong together.
    /// </summary>
    /// <param name="run">The run directory.</param>
    /// <exception cref="ConfigurationException">The directory holds no run, or a run without a head.</exception>
    /// <exception cref="DataException">The run has no checkpoint.</exception>
    public static string CheckpointOf(string run)
    {
        var directory = new RunDirectory(run);
        if (!directory.HasRun)
        {
            throw new ConfigurationException(
                $"{run} holds no projection head: only a run directory has its head, in its last checkpoint; "
                    + "expected a directory with run.json");
        }

        RunRecord record = RunRecord.Read(directory.RunFile);
        if (record.Task != RunRecord.Pretraining)
        {
            throw new ConfigurationException(
                $"{run} holds no projection: this run is {record.Task} and has no projection head");
        }

        if (record.Configuration.Head.Kind == HeadKind.None)
        {
            throw new ConfigurationException(
                $"{run} holds no projection head: it was trained with head.kind = none and has h only");
        }

        RequireConfigured(run, record);
        return directory.LatestCheckpoint()
            ?? throw new DataException(
                $"{run}: there is no checkpoint, which would hold the projection head; expected one in checkpoints/");
    }

    /// <summary>Rejects a run with a custom head, which the configuration does not describe.</summary>
    /// <exception cref="ConfigurationException">The head is custom.</exception>
    public static void RequireConfigured(string run, RunRecord record)
    {
        if (record.CustomHead is { } type)
        {
            throw new ConfigurationException(
                $"{run}: the projection head is {type}, a custom module, which the configuration does not describe; "
                    + $"use h, or load the head in C# from the last checkpoint (its tensors begin with '{Prefix}')");
        }
    }

    /// <summary>Loads the head.</summary>
    /// <param name="run">The run directory.</param>
    /// <param name="checkpoint">The checkpoint, from <see cref="CheckpointOf"/>.</param>
    /// <param name="encoder">The encoder of the same checkpoint.</param>
    /// <param name="device">cpu, cuda or mps.</param>
    /// <exception cref="DataException">
    /// The head in the checkpoint does not match the configuration of the run.
    /// </exception>
    public static ProjectionHead Load(string run, string checkpoint, TrainedEncoder encoder, string device)
    {
        HeadOptions options = RunRecord.Read(new RunDirectory(run).RunFile).Configuration.Head;
        using SafetensorsFile content = SafetensorsFile.Read(checkpoint);
        var head = new ProjectionHead(options, ((ResNet)encoder.Module).RepresentationSize);
        ModuleState.Load(
            ModuleState.Enumerate(head),
            content.Tensors.Where(tensor => tensor.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(tensor => tensor.Key[Prefix.Length..], tensor => tensor.Value),
            checkpoint);
        head.to(torch.device(device));
        head.eval();
        return head;
    }
}
