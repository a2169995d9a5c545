using Microsoft.Extensions.Logging;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Optimizers;

namespace SimClr.Training;

/// <content>The beginning of a session: what rank 0 finds in the directory, and the state that training starts
/// from.</content>
internal sealed partial class TrainingSession
{
    /// <summary>Checks and locks the directory on rank 0 alone; its findings hold for all ranks.</summary>
    private RunStart Prepare(RunDirectory run, ImageDataSet images, bool resume, ref RunLock? taken)
    {
        // Must precede the comparison with the run in the directory, whose number of threads was a rank's share, too.
        PretrainOptions shared = World.ShareThreads(options);
        RunLock? held = null;
        RunStart start = World.OnRankZero(() =>
        {
            RunLock.ThrowIfHeld(run.Root);   // Before a half-written run is inspected.
            RunRecord? before = RunRecord.Find(run);
            ComputePlan found = RunResumption.Prepare(
                run, before, shared, taskName, images, Custom.Encoder is not null, resume, Logger, World.Size);
            held = RunLock.Acquire(run.Root);
            try
            {
                CustomPartsCheck.Run(run, before, options, Custom);
                return new RunStart(found, before?.TotalSteps, before?.CustomOptimizer);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        });
        taken = held;
        return start with { Plan = World.Localize(start.Plan, shared) };
    }

    private Optimizer CreateOptimizer(RunDirectory run, RunStart start, IReadOnlyList<TrainedParameter> parameters)
    {
        if (Custom.Optimizer is not { } create)
        {
            return OptimizerCatalog.Create(options.Optimizer, parameters, start.Plan.NotAdapted);
        }

        Optimizer optimizer = create(parameters);
        try
        {
            if (start.TotalStepsBefore is not null)
            {
                CustomPartsCheck.RequireSame(run, "optimizer", start.OptimizerBefore, CustomParts.NameOf(optimizer));
            }

            return optimizer;
        }
        catch
        {
            optimizer.Dispose();
            throw;
        }
    }

    /// <summary>Starts from the latest checkpoint, from the weights in a file, or from random weights.</summary>
    private void Restore(TrainingState state, RunDirectory run, ITrainingTask task, bool resume)
    {
        string? latest = World.OnRankZero(() => resume ? run.LatestCheckpoint() : null);
        long step = World.OnRankZero(() =>
        {
            if (latest is not null)
            {
                return state.Restore(run, latest);
            }

            if (run.HasRun)
            {
                Logger.LogWarning("{Run}: there is no checkpoint; starting from the beginning.", run.Root);
            }

            LoadWeights(task);
            return 0;
        });
        state.ContinueFrom(step, latest, World);
    }

    private void LoadWeights(ITrainingTask task)
    {
        if (options.Encoder.Weights is not { } named)
        {
            return;
        }

        string file = WeightsCatalog.IsName(named) || Directory.Exists(named) ? TrainedEncoder.Find(named) : named;
        using IWeightsFile content = WeightsFile.Read(file);
        TrainedEncoder.LoadWeights(task.Encoder, content, file);
        Normalization normalize = options.Views.Normalize;
        if (TrainedEncoder.NormalizationOf(content) is { } before && before != normalize)
        {
            Logger.LogWarning(
                "{File}: the weights were trained with pixel normalization {Before}, but views.normalize is "
                    + "{Normalize}; views.normalize={Before} continues as they were trained.",
                file, before.Text(), normalize.Text(), before.Text());
        }
    }

    private void Announce(TrainingState state, int images, long? totalStepsBefore, ComputePlan plan)
    {
        long before = totalStepsBefore ?? state.TotalSteps;
        int stepsPerEpoch = images / options.Batch.Size;
        int epochs = (int)Math.Clamp(before / stepsPerEpoch, 1, int.MaxValue);
        LearningRateSchedule earlier = ScheduleOf(
            options with { Schedule = options.Schedule with { Epochs = epochs } }, images, plan);
        World.OnEveryRank(() =>
        {
            RunResumption.Announce(before, state.Step, state.TotalSteps, earlier, state.Schedule, Log);
            RunResumption.AnnounceEarlierRules(
                plan, options, taskName, state.Schedule, state.Step, state.TotalSteps, Log);
        });
    }

    private void RequireMemoryLimit()
    {
        if (options.Batch.MicroIsAuto
            && options.Batch.Memory is null
            && ComputePlan.ResolveDevice(options.Device) == "cpu")
        {
            throw new ConfigurationException(
                $"cannot choose a micro-batch for {World.Size} ranks without a memory limit; "
                    + "set Batch.Memory (for example 8GB per rank) or a fixed Batch.Micro");
        }
    }

    /// <summary>The start of a session, as found by rank 0.</summary>
    /// <param name="Plan">The resolved device, precision and threads.</param>
    /// <param name="TotalStepsBefore">
    /// The planned number of steps of the run in the directory; null without such a run.
    /// </param>
    /// <param name="OptimizerBefore">The type of that run's custom optimizer, or null.</param>
    private sealed record RunStart(ComputePlan Plan, long? TotalStepsBefore, string? OptimizerBefore);
}
