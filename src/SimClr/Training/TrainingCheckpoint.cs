using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Weights, optimizer and position in one file: with addressed randomness, everything that a bit-exact resume needs.
/// </summary>
internal sealed class TrainingCheckpoint(RunDirectory run, SimClrModel model, Optimizer optimizer, TrainedEncoder encoder)
{
    /// <summary>Writes the state after the given number of steps and forgets all but the newest checkpoints.</summary>
    public string Save(long step, int keep)
    {
        var metadata = new Dictionary<string, string> { ["step"] = step.ToString(CultureInfo.InvariantCulture) };
        encoder.Describe(metadata);
        string file = run.CheckpointFile(step);
        SafetensorsFile.Write(file, [.. State()], metadata);
        run.Prune(keep);
        return file;
    }

    /// <summary>Restores the state and returns the number of steps done.</summary>
    public long Restore(string file)
    {
        using SafetensorsFile content = SafetensorsFile.Read(file);
        if (!content.Metadata.TryGetValue("step", out string? step))
        {
            throw new DataException($"{file}: this is not a checkpoint of a run; it does not say its step");
        }

        ModuleState.Load(State(), content.Tensors, file);
        return long.Parse(step, CultureInfo.InvariantCulture);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> State()
        => ModuleState.Of(model).Concat(optimizer.State.Select(s => KeyValuePair.Create($"optimizer.{s.Key}", s.Value)));
}
