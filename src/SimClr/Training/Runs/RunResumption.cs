using Microsoft.Extensions.Logging;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Optimizers;

namespace SimClr.Training;

/// <summary>The decision whether a run may start or resume in a directory.</summary>
internal static class RunResumption
{
    /// <summary>Checks the directory against the requested run, and resolves device, precision and threads.</summary>
    public static ComputePlan Prepare(
        RunDirectory run,
        RunRecord? before,
        PretrainOptions options,
        string task,
        ImageDataSet images,
        bool customEncoder,
        bool resume,
        ILogger logger,
        int ranks = 1)
    {
        ComputePlan plan = ComputePlan.Resolve(options, customEncoder);
        if (before is null)
        {
            RefuseForeignFiles(run);
            if (resume)
            {
                logger.LogInformation("{Run}: no run was started here yet; starting from the beginning.", run.Root);
            }

            return plan;
        }

        if (!resume)
        {
            throw new ConfigurationException(
                $"{run.Root}: a run already exists here. Continue it with resume: "
                    + "true, or choose another output directory.");
        }

        RefuseOtherTask(run, before, task);
        RefuseOtherConfiguration(run, before, options);
        RefuseOtherData(run, before, images);
        if (ComputeDevice.KindOf(before.Machine.Device) != ComputeDevice.KindOf(plan.Device)
            || before.Machine.Threads != plan.Threads)
        {
            logger.LogWarning(
                "The run was computed on {Device} with {Threads} threads and continues on {NewDevice} with "
                    + "{NewThreads}: it will not be bit-exact.",
                before.Machine.Device, before.Machine.Threads, plan.Device, plan.Threads);
        }

        if (before.Machine.Ranks != ranks)
        {
            logger.LogWarning(
                "The run was computed by {Ranks} rank(s) and continues with {NewRanks}: "
                    + "it will not be bit-exact{More}.",
                before.Machine.Ranks, ranks, DependsOnRanks(options));
        }

        if (before.Machine.Decoder is { } decoder && images.Decoder is { } now && decoder != now)
        {
            logger.LogWarning(
                "The run decoded JPEGs with {Decoder} and continues with {NewDecoder}: it may not be bit-exact.",
                decoder,
                now);
        }

        return plan with
        {
            Precision = options.Precision == Precision.Auto ? before.Machine.Precision : plan.Precision,
            MicroBatch = plan.MicroBatch ?? before.Machine.MicroBatch,
            HasEarlierSchedule = before.ScheduledSteps is null,
            NotAdapted = before.NotAdapted ?? [],
        };
    }

    /// <summary>Rejects a run of a different task.</summary>
    public static void RefuseOtherTask(RunDirectory run, RunRecord before, string task)
    {
        if (before.Task != task)
        {
            throw new ResumeMismatchException(
                $"{run.Root}: the run was started with task {before.Task} and cannot be resumed with task {task}; "
                    + "resume it with the former, or choose another output directory");
        }
    }

    /// <summary>
    /// Logs the step that the run continues from, and the effect of a changed number of epochs on the schedule.
    /// </summary>
    public static void Announce(
        long totalStepsBefore,
        long step,
        long totalSteps,
        LearningRateSchedule before,
        LearningRateSchedule now,
        ILogger logger)
    {
        if (step > totalSteps)
        {
            throw new ConfigurationException(
                $"the run has already done {step} steps, but the requested epochs take only {totalSteps}; request more "
                    + "epochs, or start a new run");
        }

        if (step > 0)
        {
            logger.LogInformation("Resuming after step {Step} of {TotalSteps}.", step, totalSteps);
        }

        if (step > 0 && totalStepsBefore != totalSteps)
        {
            logger.LogWarning(
                "The run was planned for {Before} steps and now goes to {Now}. The cosine schedule is stretched to the "
                    + "new length: the learning rate of the next step is {NewRate:G4} instead of {OldRate:G4}. The "
                    + "result is not that of a run planned this way from the start.",
                totalStepsBefore, totalSteps, now.At(step), before.At(step));
        }
    }

    /// <summary>
    /// Logs the rules that a run started by an earlier version keeps, because other rules would make it a different
    /// run.
    /// </summary>
    public static void AnnounceEarlierRules(
        ComputePlan plan,
        PretrainOptions options,
        string task,
        LearningRateSchedule schedule,
        long step,
        long totalSteps,
        ILogger logger)
    {
        if (!plan.HasEarlierSchedule || step == totalSteps)
        {
            return;
        }

        logger.LogWarning(
            "This run was started by an earlier version and keeps that version's schedule to stay bit-exact: "
                + "the schedule has {Scheduled} steps and the run {TotalSteps}, so the learning rate ends at {End:F0}% "
                + "of its peak. In a new run it ends at 0.",
            schedule.TotalSteps, totalSteps, 100 * schedule.At(totalSteps) / schedule.Peak);
        if (task == RunRecord.Supervision && options.Optimizer.Name == OptimizerName.Lars)
        {
            logger.LogWarning(
                "As in that version, LARS adapts the classification layer, which starts at zero and hardly "
                    + "learns. A new run excludes it.");
        }
    }

    // The number of images that one rank sees at a time affects the result in these cases only.
    private static string DependsOnRanks(PretrainOptions options)
        => options.Batch.Norm == BatchNormScope.Rank
            ? ", and batch norm normalizes over the views of a different number of images"
            : options.Batch.Micro is not null
                ? ", and batch norm normalizes over a micro-batch on all ranks, which has a different number of images"
            : "";

    private static void RefuseForeignFiles(RunDirectory run)
    {
        if (File.Exists(run.Root))
        {
            throw new ConfigurationException($"{run.Root}: this is a file, expected an output directory");
        }

        if (Directory.Exists(run.Root) && Directory.EnumerateFileSystemEntries(run.Root).Any(e => !IsRemnant(run, e)))
        {
            throw new ConfigurationException(
                $"{run.Root}: the directory holds other files but no run. Choose a new or empty output directory.");
        }
    }

    // Left by a run that ended before it began: killed, or stopped by too many unreadable images.
    private static bool IsRemnant(RunDirectory run, string entry)
        => entry.EndsWith(".tmp", StringComparison.Ordinal)
            || entry == run.SkippedFile
            || entry == RunLock.FileIn(run.Root);

    private static void RefuseOtherConfiguration(RunDirectory run, RunRecord before, PretrainOptions options)
    {
        IReadOnlyList<string> free = ConfigurationKeys.ThatMayDiffer(Between.Sessions);
        string[] changed = [.. RunConfiguration.Differences(before.Configuration, options)
            .Where(d => !free.Contains(d.Key))
            .Select(d => $"{d.Key}: the run has {d.First}, now {d.Second}")];
        if (changed.Length > 0)
        {
            throw new ResumeMismatchException(
            [
                $"{run.Root}: the run was started with a different configuration:",
                .. changed,
                "Resume without these changes, or start a new run.",
            ]);
        }
    }

    private static void RefuseOtherData(RunDirectory run, RunRecord before, ImageDataSet images)
    {
        if (before.Data.Fingerprint != images.Fingerprint)
        {
            throw new ResumeMismatchException(
                $"{run.Root}: the run was started on different data: {before.Data.Name} with {before.Data.Images} "
                    + $"images (fingerprint {before.Data.Fingerprint}), now {images.Name} with {images.Count} "
                    + $"(fingerprint {images.Fingerprint}). Resume on the same data, or start a new run.");
        }
    }
}
