using SimClr.Checkpoints;
using SimClr.Encoders;
using SimClr.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The projection head of a run: it is in the run's checkpoints, not in the encoder's file.</summary>
internal static class TrainedHead
{
    private const string Prefix = "head.";

    /// <summary>Loads the head that was trained with an encoder.</summary>
    /// <param name="run">The run directory.</param>
    /// <param name="encoder">Its encoder.</param>
    /// <param name="device">cpu, cuda or mps.</param>
    /// <exception cref="DataException">There is no run, no checkpoint, or no head in it.</exception>
    public static ProjectionHead Load(string run, TrainedEncoder encoder, string device)
    {
        var directory = new RunDirectory(run);
        string file = directory.HasRun && directory.LatestCheckpoint() is { } checkpoint
            ? checkpoint
            : throw new DataException(
                $"--projection: {run} holds no projection head; expected the directory of a pre-training run, with its run.json and a checkpoint (an encoder's file has no head)");
        HeadOptions options = RunRecord.Read(directory.RunFile).Configuration.Head;
        using SafetensorsFile content = SafetensorsFile.Read(file);
        Dictionary<string, Tensor> values = content.Tensors
            .Where(tensor => tensor.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key[Prefix.Length..], tensor => tensor.Value);
        if (values.Count == 0)
        {
            throw new DataException($"--projection: {file} holds no projection head (head.kind = {options.Kind}); without --projection, h is embedded");
        }

        int representation = encoder.Module is ResNet resnet ? resnet.RepresentationSize : 0;
        var head = new ProjectionHead(options, representation);
        ModuleState.Load(ModuleState.Of(head), values, file);
        head.to(torch.device(device));
        head.eval();
        return head;
    }
}
