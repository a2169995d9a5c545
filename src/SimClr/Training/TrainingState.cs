using System.Globalization;
using SimClr.Checkpoints;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The state of a training run: weights, optimizer and position. With addressed randomness, this is everything that a
/// bit-exact resume needs.
/// </summary>
/// <param name="model">The trained model.</param>
/// <param name="optimizer">The optimizer of the model's parameters.</param>
/// <param name="schedule">The learning rate of each step.</param>
/// <param name="totalSteps">The number of steps of the whole run.</param>
internal sealed class TrainingState(
    nn.Module model, Optimizer optimizer, LearningRateSchedule schedule, long totalSteps)
{
    private const string StepKey = "step";

    /// <summary>The trained model.</summary>
    public nn.Module Model => model;

    /// <summary>The optimizer, which holds the gradients.</summary>
    public Optimizer Optimizer => optimizer;

    /// <summary>The learning rate of each step.</summary>
    public LearningRateSchedule Schedule => schedule;

    /// <summary>The number of steps of the whole run.</summary>
    public long TotalSteps => totalSteps;

    /// <summary>The number of steps done.</summary>
    public long Step { get; private set; }

    /// <summary>The newest checkpoint, or null.</summary>
    public string? Checkpoint { get; set; }

    /// <summary>The observers of the run, in the order in which they are called.</summary>
    public IReadOnlyList<IRunObserver> Observers { get; set; } = [];

    /// <summary>The tensors of the state, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors
        => ModuleState.Enumerate(model)
            .Concat(optimizer.State.Select(s => KeyValuePair.Create($"optimizer.{s.Key}", s.Value)))
            .Concat(Observers.SelectMany(observer => observer.State));

    /// <summary>Counts a step.</summary>
    public void Advance() => Step++;

    /// <summary>Writes a checkpoint and deletes all but the newest ones.</summary>
    /// <param name="run">The run directory.</param>
    /// <param name="encoder">The model's encoder, whose description the file holds.</param>
    /// <param name="keep">The number of checkpoints to keep.</param>
    /// <returns>The path of the checkpoint.</returns>
    public string Save(RunDirectory run, TrainedEncoder encoder, int keep)
    {
        var metadata = new Dictionary<string, string>
        {
            [StepKey] = Step.ToString(CultureInfo.InvariantCulture),
            [SafetensorsFile.Checksum] = "",
        };
        encoder.Describe(metadata);
        string file = run.CheckpointFile(Step);
        SafetensorsFile.Write(file, [.. Tensors], metadata);
        run.Prune(keep);
        return file;
    }

    /// <summary>Restores a checkpoint.</summary>
    /// <returns>The number of steps done.</returns>
    /// <exception cref="DataException">The file is damaged, or belongs to a different model.</exception>
    public long Restore(RunDirectory run, string file)
    {
        using SafetensorsFile content = ReadChecked(run, file);
        if (!content.Metadata.TryGetValue(StepKey, out string? text)
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long step))
        {
            throw new DataException(
                $"{file}: this is not a checkpoint of a run: its step is missing. {Advice(run, file)}");
        }

        ModuleState.Load(Tensors, content.Tensors, file);
        return step;
    }

    /// <summary>Continues on every rank from a step that rank 0 restored.</summary>
    public void ContinueFrom(long step, string? checkpoint, World world)
    {
        (Step, Checkpoint) = (step, checkpoint);
        world.Broadcast(Tensors.Select(tensor => tensor.Value));
    }

    private static SafetensorsFile ReadChecked(RunDirectory run, string file)
    {
        try
        {
            return SafetensorsFile.ReadChecked(file);
        }
        catch (DataException error)
        {
            throw new DataException($"{error.Message}. {Advice(run, file)}", error);
        }
    }

    private static string Advice(RunDirectory run, string file)
        => run.CheckpointBefore(file) is { } earlier
            ? $"The previous checkpoint is {earlier}: delete {Path.GetFileName(file)} and resume, and "
                + "the run continues from there"
            : "There is no earlier checkpoint: start a new run in another directory";
}
