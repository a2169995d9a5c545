using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Weights, optimizer and position in one file: with addressed randomness, everything that a bit-exact resume needs.
/// </summary>
/// <param name="run">Where it is written.</param>
/// <param name="model">Everything that is trained.</param>
/// <param name="optimizer">What trains it.</param>
/// <param name="encoder">The model's encoder.</param>
/// <param name="probe">The linear layer that is trained along the way, or null.</param>
internal sealed class TrainingCheckpoint(
    RunDirectory run, nn.Module model, Optimizer optimizer, TrainedEncoder encoder, OnlineProbe? probe)
{
    /// <summary>Writes the state after the given number of steps and forgets all but the newest checkpoints.</summary>
    public string Save(long step, int keep)
    {
        var metadata = new Dictionary<string, string>
        {
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
            [SafetensorsFile.Checksum] = "",
        };
        encoder.Describe(metadata);
        string file = run.CheckpointFile(step);
        SafetensorsFile.Write(file, [.. State()], metadata);
        run.Prune(keep);
        return file;
    }

    /// <summary>Restores the state and returns the number of steps done.</summary>
    /// <exception cref="DataException">The file is damaged, or of another model.</exception>
    public long Restore(string file)
    {
        using SafetensorsFile content = ReadWhole(file);
        if (!content.Metadata.TryGetValue("step", out string? text)
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long step))
        {
            throw new DataException($"{file}: this is not a checkpoint of a run; it does not say its step. {WayBack(file)}");
        }

        ModuleState.Load(State(), content.Tensors, file);
        return step;
    }

    private SafetensorsFile ReadWhole(string file)
    {
        try
        {
            return SafetensorsFile.ReadChecked(file);
        }
        catch (DataException error)
        {
            throw new DataException($"{error.Message}. {WayBack(file)}", error);
        }
    }

    private string WayBack(string file)
        => run.CheckpointBefore(file) is { } earlier
            ? $"The checkpoint before it is {earlier}: delete {Path.GetFileName(file)} and resume, and the run goes on from there"
            : "There is no earlier checkpoint: start the run anew in another directory";

    /// <summary>Everything that it holds, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
        => ModuleState.Of(model)
            .Concat(optimizer.State.Select(s => KeyValuePair.Create($"optimizer.{s.Key}", s.Value)))
            .Concat(probe?.State ?? []);
}
