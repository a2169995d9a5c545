using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
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

    /// <summary>Trains, and leaves a run directory; parameters and errors are those of <see cref="Pretrainer.Run"/>.</summary>
    public PretrainResult Run(ImageDataSet images, string runDirectory, bool resume, CancellationToken cancellation)
    {
        var run = new RunDirectory(runDirectory);
        _ = ViewKernels.Default;   // A name in the environment that is none is told before anything is written.
        RunLock.RefuseTaken(run.Root);   // Before what is half written there is judged.
        ComputePlan plan = RunResumption.Prepare(run, options, taskName, images, OwnEncoder, resume, Logger);
        using RunLock held = RunLock.Take(run.Root);
        AugmentationCheck.Run(run, options, OwnAugmentation);
        set_num_threads(plan.Threads);
        using var memory = new HostMemory();

        var skipped = new SkippedImages(images, options.Data);
        try
        {
            return Train(images, run, plan, skipped, resume, cancellation);
        }
        catch (DataException) when (skipped.Count > 0)
        {
            skipped.Write(run.SkippedFile);
            Logger.LogWarning("{Count} image(s) that could not be read are listed in {File}.", skipped.Count, run.SkippedFile);
            throw;
        }
    }

    private PretrainResult Train(
        ImageDataSet images, RunDirectory run, ComputePlan plan, SkippedImages skipped, bool resume, CancellationToken cancellation)
    {
        ImageDataSet readable = ImageCache.Load(images, options.Data, skipped, null, cancellation);
        Usable.ForTraining(readable, options.Batch.Size);
        int stepsPerEpoch = readable.Count / options.Batch.Size;
        long totalSteps = (long)stepsPerEpoch * options.Schedule.Epochs;
        long totalStepsBefore = run.HasRun ? RunRecord.Read(run.RunFile).TotalSteps : totalSteps;

        using ITrainingTask task = createTask(plan.Device);
        using Optimizer optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(task.Model));
        using OnlineProbe? probe = OnlineProbe.For(readable, task.RepresentationSize, options, plan.Device);
        var encoder = new TrainedEncoder(task.Encoder, options.Encoder, options.Views);
        var checkpoints = new TrainingCheckpoint(run, task.Model, optimizer, encoder, probe);
        string? latest = resume ? run.LatestCheckpoint() : null;
        if (latest is null && run.HasRun)
        {
            Logger.LogWarning("{Run}: there is no checkpoint; starting from the beginning.", run.Root);
        }

        long step = latest is null ? Begin(task) : checkpoints.Restore(latest);

        LearningRateSchedule schedule = Schedule(readable.Count, options.Schedule.Epochs);
        LearningRateSchedule scheduleBefore = Schedule(readable.Count, (int)(totalStepsBefore / stepsPerEpoch));
        RunResumption.Announce(totalStepsBefore, step, totalSteps, scheduleBefore, schedule, Logger);
        int micro = FitBatch(plan, task);
        plan = plan with { MicroBatch = micro };
        RunRecord record = RunRecord.Of(options, images, plan, totalSteps, taskName);
        (record with { OwnAugmentation = AugmentationCheck.NameOf(OwnAugmentation) }).Write(run.RunFile);
        Logger.LogInformation("{Header}", MicroBatches.Describe(options.Batch.Size, micro, task.ViewsPerImage));

        IGradientStep gradients = task.Step(options.Batch.Size, micro);
        using var guard = new DivergenceGuard(step, device(plan.Device));
        using var metrics = new MetricsLog(run.MetricsFile, run.TensorBoardFolder, step);
        var meter = new RunMeter(step, totalSteps, options, Progress, metrics, Logger);
        KnnMonitor? knn = KnnMonitor.For(readable, encoder, options, skipped);
        task.Model.train();

        using var feed = new BatchFeed(
            readable, options, plan, task.ViewsPerImage, skipped, BatchPlans(readable.Count, micro, step, stepsPerEpoch, totalSteps), OwnAugmentation);
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

            bool stops = cancellation.IsCancellationRequested && step < totalSteps;
            if (step == totalSteps || CheckpointIsDue(step, stepsPerEpoch) || stops)
            {
                guard.Check(options, schedule, latest);
                latest = checkpoints.Save(step, options.Checkpoint.Keep);
                skipped.Write(run.SkippedFile);
            }

            if (stops)
            {
                throw new OperationCanceledException($"stopped after step {step} of {totalSteps}; the checkpoint is {latest}", cancellation);
            }
        }

        skipped.Write(run.SkippedFile);
        encoder.Save(run.EncoderFile, Provenance(step));
        task.Save(run, encoder);
        return meter.Result(run, step, skipped.Count, latest!);

        RunHealth? Step(double rate, bool measure)
        {
            using var scope = NewDisposeScope();
            optimizer.ZeroGradients();
            StepOutcome batch = gradients.Compute(feed.Next);
            guard.Observe(batch.Loss, optimizer);
            optimizer.Step(rate);
            probe?.Learn(batch, step);
            return measure ? task.Health(batch) : null;
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

    /// <summary>The size of a micro-batch, and the allocator set for it.</summary>
    private int FitBatch(ComputePlan plan, ITrainingTask task)
    {
        if (plan.MicroBatch is null || plan.MicroBatch < options.Batch.Size)
        {
            HostMemory.ReturnLargeBlocks();
        }

        int micro = plan.MicroBatch ?? MicroBatchFit.Find(options, plan, task, Logger);
        if (micro >= options.Batch.Size)
        {
            HostMemory.KeepBlocks();
        }

        return micro;
    }

    private IEnumerable<BatchPlan> BatchPlans(int images, int micro, long fromStep, int stepsPerEpoch, long totalSteps)
    {
        int[][] order = [];
        for (long step = fromStep; step < totalSteps; step++)
        {
            int epoch = (int)(step / stepsPerEpoch);
            if (order.Length == 0 || step % stepsPerEpoch == 0)
            {
                order = BatchOrder.Shuffled(options.Seed, epoch, images, options.Batch.Size);
            }

            foreach (int[] part in MicroBatches.Split(order[step % stepsPerEpoch], micro))
            {
                yield return new BatchPlan(epoch, part);
            }
        }
    }

    private LearningRateSchedule Schedule(int images, int epochs) => new(
        images, epochs, options.Batch.Size, options.Schedule.WarmupEpochs, options.Optimizer.PeakRateFor(options.Batch.Size));

    private bool CheckpointIsDue(long step, int stepsPerEpoch)
        => step % (options.Checkpoint.EverySteps ?? (long)options.Checkpoint.EveryEpochs * stepsPerEpoch) == 0;

    private Dictionary<string, string> Provenance(long steps) => new()
    {
        ["made_by"] = $"simclr {typeof(TrainingLoop).Assembly.GetName().Version!.ToString(3)}",
        ["trained"] = $"{options.Schedule.Epochs} epochs, {steps} steps, batch {options.Batch.Size}, seed {options.Seed}",
    };
}
