using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using TorchSharp;

namespace SimClr.Training;

/// <summary>The projection head of a run: it is in the run's checkpoints, not in the encoder's file.</summary>
internal static class TrainedHead
{
    private const string Prefix = "head.";

    /// <summary>The checkpoint that head and encoder are both to be taken from: those of one step belong together.</summary>
    /// <param name="run">The run directory.</param>
    /// <exception cref="ConfigurationException">It is no run, or one that has no head.</exception>
    /// <exception cref="DataException">It has no checkpoint.</exception>
    public static string CheckpointOf(string run)
    {
        var directory = new RunDirectory(run);
        if (!directory.HasRun)
        {
            throw new ConfigurationException(
                $"--projection: {run} holds no projection head; expected the directory of a pre-training run, with its run.json (the file of an encoder has no head)");
        }

        RunRecord record = RunRecord.Read(directory.RunFile);
        if (record.Task != RunRecord.Pretraining || record.Configuration.Head.Kind == "none")
        {
            throw new ConfigurationException(
                $"--projection: {run} holds no projection head ({record.Task}, head.kind = {record.Configuration.Head.Kind}); without --projection, h is embedded");
        }

        return directory.LatestCheckpoint()
            ?? throw new DataException($"--projection: {run} has no checkpoint, which would hold the projection head");
    }

    /// <summary>Loads the head.</summary>
    /// <param name="run">The run directory.</param>
    /// <param name="checkpoint">Its <see cref="CheckpointOf"/>.</param>
    /// <param name="encoder">The encoder of the same checkpoint.</param>
    /// <param name="device">cpu, cuda or mps.</param>
    /// <exception cref="DataException">The checkpoint's head is not what the run says.</exception>
    public static ProjectionHead Load(string run, string checkpoint, TrainedEncoder encoder, string device)
    {
        HeadOptions options = RunRecord.Read(new RunDirectory(run).RunFile).Configuration.Head;
        using SafetensorsFile content = SafetensorsFile.Read(checkpoint);
        var head = new ProjectionHead(options, ((ResNet)encoder.Module).RepresentationSize);
        ModuleState.Load(
            ModuleState.Of(head),
            content.Tensors.Where(tensor => tensor.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(tensor => tensor.Key[Prefix.Length..], tensor => tensor.Value),
            checkpoint);
        head.to(torch.device(device));
        head.eval();
        return head;
    }
}
