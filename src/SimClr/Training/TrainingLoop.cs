using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The training loop, whatever is learned: random views of a batch → gradient of the task's loss → optimizer, until the
/// epochs are over; with metrics, checkpoints and resume.
/// </summary>
/// <param name="options">Everything that decides the result.</param>
/// <param name="taskName">What is learned, as <c>run.json</c> names it.</param>
/// <param name="createTask">Makes the model on a device.</param>
internal sealed class TrainingLoop(PretrainOptions options, string taskName, Func<string, ITrainingTask> createTask)
{
    private const int LogEverySteps = 10;

    private World? world;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    public IProgress<PretrainProgress>? Progress { get; init; }

    /// <summary>Whether the encoder is the user's own; only ours are known to compute in bfloat16.</summary>
    public bool OwnEncoder { get; init; }

    /// <summary>The user's own step of the views, or null.</summary>
    public IAugmentation? OwnAugmentation { get; init; }

    /// <exception cref="ConfigurationException">Two values contradict each other.</exception>
    public static PretrainOptions Checked(PretrainOptions options)
    {
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException error)
        {
            throw new ConfigurationException(error.Message, error);
        }
    }

    /// <summary>The processes that share the run.</summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    private World World => world ??= World.From(Communicator);

    private ILogger Log => World.ForRankZero(Logger);

    /// <summary>Trains, and leaves a run directory; parameters and errors are those of <see cref="Pretrainer.Run"/>.</summary>
    public PretrainResult Run(ImageDataSet images, string runDirectory, bool resume, CancellationToken cancellation)
        => World.Run(() => RunHere(images, runDirectory, resume, cancellation));

    private PretrainResult RunHere(ImageDataSet images, string runDirectory, bool resume, CancellationToken cancellation)
    {
        var run = new RunDirectory(runDirectory);
        _ = ViewKernels.Default;   // A name in the environment that is none is told before anything is written.
        World.Agree(() =>
        {
            RefuseUnknownMemory();
            return RunFacts.Of(Record(images, ComputePlan.Resolve(options, OwnEncoder), totalSteps: 0));
        });

        RunLock? held = null;
        try
        {
            ComputePlan plan = PlanOfAll(run, images, resume, ref held);
            plan.Begin();
            using var memory = new HostMemory();
            var skipped = new SkippedImages(images, options.Data);
            try
            {
                return Train(images, run, plan, skipped, resume, cancellation);
            }
            catch (DataException) when (skipped.Count > 0 && World.ForRankZero(skipped) is not null)
            {
                skipped.Write(run.SkippedFile);
                Logger.LogWarning("{Count} image(s) that could not be read are listed in {File}.", skipped.Count, run.SkippedFile);
                throw;
            }
            finally
            {
                plan.End();
            }
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>Rank 0 alone inspects the directory and writes to it; its findings hold for all ranks.</summary>
    private ComputePlan PlanOfAll(RunDirectory run, ImageDataSet images, bool resume, ref RunLock? held)
    {
        // Before the run that is there is looked at: what it was computed with was a rank's share, too.
        PretrainOptions shared = World.ShareThreads(options);
        RunLock? taken = null;
        ComputePlan plan = World.OnRankZero(() =>
        {
            RunLock.RefuseTaken(run.Root);   // Before what is half written there is judged.
            ComputePlan found = RunResumption.Prepare(run, shared, taskName, images, OwnEncoder, resume, Logger, World.Size);
            taken = RunLock.Take(run.Root);
            try
            {
                AugmentationCheck.Run(run, options, OwnAugmentation);
                return found;
            }
            catch
            {
                taken.Dispose();
                throw;
            }
        });
        held = taken;
        return World.Localize(plan, shared);
    }

    private PretrainResult Train(
        ImageDataSet images, RunDirectory run, ComputePlan plan, SkippedImages skipped, bool resume, CancellationToken cancellation)
    {
        ImageDataSet readable = World.OnEveryRank(() =>
        {
            ImageDataSet loaded = ImageCache.Load(images, options.Data, skipped, null, cancellation);
            Usable.ForTraining(loaded, options.Batch.Size);
            return loaded;
        });
        int stepsPerEpoch = readable.Count / options.Batch.Size;
        long totalSteps = (long)stepsPerEpoch * options.Schedule.Epochs;
        long totalStepsBefore = World.OnRankZero(() => run.HasRun ? RunRecord.Read(run.RunFile).TotalSteps : totalSteps);

        using ITrainingTask task = createTask(plan.Device);
        using Optimizer optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(task.Model), plan.NotAdapted);
        plan = plan with { NotAdapted = ParameterGroups.ExcludedWeights(optimizer.Parameters) };
        using OnlineProbe? probe = OnlineProbe.For(readable, task.RepresentationSize, options, plan, World);
        var encoder = new TrainedEncoder(task.Encoder, options.Encoder, options.Views);
        var checkpoints = new TrainingCheckpoint(run, task.Model, optimizer, encoder, probe);
        string? latest = World.OnRankZero(() => resume ? run.LatestCheckpoint() : null);
        long step = World.OnRankZero(() =>
        {
            if (latest is null && run.HasRun)
            {
                Logger.LogWarning("{Run}: there is no checkpoint; starting from the beginning.", run.Root);
            }

            return latest is null ? Begin(task) : checkpoints.Restore(latest);
        });
        World.Broadcast(checkpoints.State().Select(part => part.Value));

        LearningRateSchedule schedule = ScheduleOf(options, readable.Count, plan);
        PretrainOptions before = options with { Schedule = options.Schedule with { Epochs = (int)Math.Clamp(totalStepsBefore / stepsPerEpoch, 1, int.MaxValue) } };
        World.OnEveryRank(() =>
        {
            RunResumption.Announce(totalStepsBefore, step, totalSteps, ScheduleOf(before, readable.Count, plan), schedule, Log);
            RunResumption.AnnounceEarlierRules(plan, options, taskName, schedule, step, totalSteps, Log);
        });
        int micro = World.Min(World.OnEveryRank(() => FitBatch(plan, task)));
        plan = plan with { MicroBatch = micro };
        RankShare share = World.Share(options.Batch.Size, micro);
        World.ForRankZero(Record(images, plan, totalSteps))?.Write(run.RunFile);

        TellDevices(plan);
        Log.LogInformation("{Header}", World.Describe(share, micro, task.ViewsPerImage, options.Batch.Norm));

        using IGradientStep gradients = task.Step(share, World);
        using IGradientSums sums = World.Join(task.Model, task.Encoder, optimizer, options.Batch.Norm, share, Log);
        using var guard = new DivergenceGuard(step, device(plan.Device));
        using MetricsLog? metrics = World.OnRankZeroOnly(() => new MetricsLog(run.MetricsFile, run.TensorBoardFolder, step));
        var meter = new RunMeter(step, totalSteps, options, World.ForRankZero(Progress), metrics, Log) { World = World };
        KnnMonitor? knn = KnnMonitor.For(readable, encoder, options, skipped);
        task.Model.train();

        using var feed = new BatchFeed(
            readable, World.ShareBatch(options, share), plan with { MicroBatch = share.Micro }, task.ViewsPerImage, skipped,
            BatchPlans(readable.Count, share, step, stepsPerEpoch, totalSteps), OwnAugmentation);
        while (step < totalSteps)
        {
            bool epochEnds = (step + 1) % stepsPerEpoch == 0;
            bool logs = epochEnds || (step + 1) % LogEverySteps == 0;
            double rate = schedule.At(step);
            RunHealth? health = Step(rate, logs);
            step++;

            if (logs)
            {
                guard.Check(options, schedule, latest);
                double? accuracy = epochEnds ? knn?.Measure(step / stepsPerEpoch, cancellation) : null;
                meter.Log(step, stepsPerEpoch, rate, health!, accuracy, feed.Waited, probe?.Top1());

                // On processors with large caches .NET lets a hundred megabytes of a step's small objects pile up.
                GC.Collect(0);
            }

            bool stops = World.Any(cancellation.IsCancellationRequested) && step < totalSteps;
            if (step == totalSteps || CheckpointIsDue(step, stepsPerEpoch) || stops)
            {
                guard.Check(options, schedule, latest);
                World.CheckWeights(checkpoints.State().Select(part => part.Value), step);
                World.Merge(skipped);
                latest = World.OnRankZero(() =>
                {
                    string written = checkpoints.Save(step, options.Checkpoint.Keep);
                    skipped.Write(run.SkippedFile);
                    return written;
                });
            }

            if (stops)
            {
                throw new OperationCanceledException($"stopped after step {step} of {totalSteps}; the checkpoint is {latest}", cancellation).OfAllRanks();
            }
        }

        World.Merge(skipped);
        World.OnRankZero(() =>
        {
            skipped.Write(run.SkippedFile);
            encoder.Save(run.EncoderFile, Provenance(step));
            task.Save(run, encoder);
        });
        return meter.Result(run, step, skipped.Count, latest!);

        RunHealth? Step(double rate, bool measure)
        {
            using var scope = NewDisposeScope();
            optimizer.ZeroGradients();
            StepOutcome batch = gradients.Compute(feed.Next);
            sums.Finish();
            guard.Observe(batch.Loss, optimizer);
            optimizer.Step(rate);
            probe?.Learn(batch, step);
            return measure ? task.Health(World.Gather(batch, task, share)) : null;
        }
    }

    private void TellDevices(ComputePlan plan)
    {
        var mine = RankDevice.Here(plan.Device);
        RankDevice[] all = World.Devices(plan.Device);
        Log.LogInformation(
            "Computing in {Precision}{Devices}.",
            plan.PrecisionInWords, all.Length > 1 ? $": {RankDevice.Describe(all)}" : $" on {mine}, with {plan.Threads} thread(s)");
        foreach (string shared in RankDevice.Shared(all))
        {
            Log.LogWarning("{Shared}", shared);
        }
    }

    private RunRecord Record(ImageDataSet images, ComputePlan plan, long totalSteps)
        => RunRecord.Of(options, images, plan, totalSteps, taskName, World.Size) with { OwnAugmentation = AugmentationCheck.NameOf(OwnAugmentation) };

    private void RefuseUnknownMemory()
    {
        if (options.Batch.MicroIsAuto && options.Batch.Memory is null && ComputePlan.ResolveDevice(options.Device) == "cpu")
        {
            throw new ConfigurationException(
                $"the micro-batch is to be found out (batch.micro 0), but {World.Size} ranks cannot tell how much of a machine's memory each may take; say it with --memory (batch.memory), such as 8GB for each rank, or give --micro-batch a number");
        }
    }

    /// <summary>Step 0: from random weights, or those of a file.</summary>
    private long Begin(ITrainingTask task)
    {
        if (options.Encoder.Weights is { } file)
        {
            using IWeightsFile content = WeightsFile.Read(file);
            TrainedEncoder.LoadWeights(task.Encoder, content, file);
            string normalize = options.Views.Normalize;
            if (TrainedEncoder.NormalizationOf(content) is { } before && before != normalize)
            {
                Logger.LogWarning(
                    "{File}: its weights expect pixels with normalization {Before}, and views.normalize is {Normalize}; --set views.normalize={Before} continues as they were trained.",
                    file, before, normalize, before);
            }
        }

        return 0;
    }

    /// <summary>The size of a micro-batch.</summary>
    private int FitBatch(ComputePlan plan, ITrainingTask task)
    {
        int largest = MicroBatches.Count(options.Batch.Size, World.Size);   // what a rank has of a batch
        return plan.MicroBatch ?? MicroBatchFit.Find(
            options with { Batch = options.Batch with { Size = Math.Max(2, largest) } }, plan, task, Log);
    }

    private IEnumerable<BatchPlan> BatchPlans(int images, RankShare share, long fromStep, int stepsPerEpoch, long totalSteps)
    {
        int[][] order = [];
        for (long step = fromStep; step < totalSteps; step++)
        {
            int epoch = (int)(step / stepsPerEpoch);
            if (order.Length == 0 || step % stepsPerEpoch == 0)
            {
                order = BatchOrder.Shuffled(options.Seed, epoch, images, options.Batch.Size);
            }

            foreach (int[] part in share.Split(order[step % stepsPerEpoch]))
            {
                yield return new BatchPlan(epoch, part);
            }
        }
    }

    private static LearningRateSchedule ScheduleOf(PretrainOptions options, int images, ComputePlan plan)
    {
        (int batch, ScheduleOptions length) = (options.Batch.Size, options.Schedule);
        double peak = options.Optimizer.PeakRateFor(batch);
        return plan.HasEarlierSchedule
            ? LearningRateSchedule.OfEarlierRun(images, length.Epochs, batch, length.WarmupEpochs, peak)
            : new LearningRateSchedule(images, length.Epochs, batch, length.WarmupEpochs, peak);
    }

    private bool CheckpointIsDue(long step, int stepsPerEpoch)
        => step % (options.Checkpoint.EverySteps ?? (long)options.Checkpoint.EveryEpochs * stepsPerEpoch) == 0;

    private Dictionary<string, string> Provenance(long steps) => new()
    {
        ["made_by"] = $"simclr {typeof(TrainingLoop).Assembly.GetName().Version!.ToString(3)}",
        ["trained"] = $"{options.Schedule.Epochs} epochs, {steps} steps, batch {options.Batch.Size}, seed {options.Seed}",
    };
}
