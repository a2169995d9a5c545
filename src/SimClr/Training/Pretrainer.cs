using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Pre-training (paper, Section 2 and Algorithm 1): two views of each image → encoder → projection head → contrastive
/// loss → optimizer, until the epochs are over.
/// </summary>
public sealed class Pretrainer
{
    private const int LogEverySteps = 10;
    private readonly PretrainOptions options;
    private readonly nn.Module<Tensor, Tensor>? ownEncoder;

    /// <summary>Takes the configuration.</summary>
    /// <param name="options">Everything that decides the result.</param>
    /// <param name="encoder">An encoder of your own, [N, 3, S, S] → [N, representation], instead of the configured ResNet.</param>
    /// <exception cref="ConfigurationException">Two values contradict each other.</exception>
    public Pretrainer(PretrainOptions options, nn.Module<Tensor, Tensor>? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            options.Validate();
        }
        catch (ArgumentException error)
        {
            throw new ConfigurationException(error.Message, error);
        }

        this.options = options;
        ownEncoder = encoder;
    }

    /// <summary>Where notices and warnings go.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Told at every logged step.</summary>
    public IProgress<PretrainProgress>? Progress { get; init; }

    /// <summary>Trains, and leaves a run directory.</summary>
    /// <param name="images">What to learn from; labels are used for progress only.</param>
    /// <param name="runDirectory">Where the run keeps its files.</param>
    /// <param name="resume">Whether to go on with the run that is there, bit-exactly.</param>
    /// <param name="cancellation">Finishes the step, writes a checkpoint and throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ConfigurationException">There is a run already, or the device is missing.</exception>
    /// <exception cref="DataException">Too few images, or too many that cannot be read.</exception>
    /// <exception cref="DivergenceException">The loss or a gradient is not finite.</exception>
    /// <exception cref="ResumeMismatchException">The run there was started with another configuration or other data.</exception>
    public PretrainResult Run(
        ImageDataSet images, string runDirectory, bool resume = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var run = new RunDirectory(runDirectory);
        ComputePlan plan = RunResumption.Prepare(run, options, images, ownEncoder is not null, resume, Logger);
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

        using SimClrModel model = SimClrModel.Create(options, plan.Device, ownEncoder);
        using Optimizer optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(model));
        var encoder = new TrainedEncoder(model.Encoder, options.Encoder, options.Views);
        var checkpoints = new TrainingCheckpoint(run, model, optimizer, encoder);
        string? latest = resume ? run.LatestCheckpoint() : null;
        if (latest is null && run.HasRun)
        {
            Logger.LogWarning("{Run}: there is no checkpoint; starting from the beginning.", run.Root);
        }

        long step = latest is null ? Begin(model) : checkpoints.Restore(latest);

        LearningRateSchedule schedule = Schedule(readable.Count, options.Schedule.Epochs);
        LearningRateSchedule scheduleBefore = Schedule(readable.Count, (int)(totalStepsBefore / stepsPerEpoch));
        RunResumption.Announce(totalStepsBefore, step, totalSteps, scheduleBefore, schedule, Logger);
        int micro = FitBatch(plan, model);
        RunRecord.Of(options, images, plan with { MicroBatch = micro }, totalSteps).Write(run.RunFile);
        Logger.LogInformation("{Header}", MicroBatches.Describe(options.Batch.Size, micro));

        IContrastiveLoss loss = LossCatalog.Create(options.Loss);
        IGradientStep gradients = MicroBatches.Step(model, loss, options.Batch.Size, micro);
        using var pixels = new PixelRing(
            2 * micro, options.Views.Size, plan.Device, plan.InputType, MicroBatches.Buffers(plan.Device, options.Batch.Size, micro));
        using var guard = new DivergenceGuard(step, device(plan.Device));
        using var metrics = new MetricsLog(run.MetricsFile, run.TensorBoardFolder, step);
        var views = new ViewPairs(options.Views, options.Seed);
        using DeviceViews? onDevice = options.AugmentOn == "device"
            ? new DeviceViews(options.Views, options.Seed, plan.Device, plan.InputType)
            : null;
        var loader = new BatchLoader(
            readable, pixels.Memory, views.Write, skipped, options.Data.Workers, substituteUnreadable: true)
        {
            KeepsImages = onDevice is not null,
        };
        var meter = new RunMeter(step, totalSteps, options, Progress, metrics, Logger);
        KnnMonitor? knn = KnnMonitor.For(readable, encoder, options, skipped);
        model.train();

        using IEnumerator<ImageBatch> loaded = loader.Load(
            BatchPlans(readable.Count, micro, step, stepsPerEpoch, totalSteps), CancellationToken.None).GetEnumerator();
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
                meter.Log(step, stepsPerEpoch, rate, health!, accuracy, loader.Waited);

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
        return meter.Result(run, step, skipped.Count, latest!);

        RunHealth? Step(double rate, bool measure)
        {
            using var scope = NewDisposeScope();
            optimizer.ZeroGradients();
            StepOutcome batch = gradients.Compute(NextViews);
            guard.Observe(batch.Loss, optimizer);
            optimizer.Step(rate);
            return measure ? RunHealth.Measure(batch.Loss, loss.ChanceLevel(options.Batch.Size), batch.H, batch.Z) : null;
        }

        Tensor NextViews()                                                     // [2m, 3, S, S]
        {
            loaded.MoveNext();
            return onDevice?.Render(loaded.Current) ?? pixels.Take(loaded.Current.Slot, 2 * loaded.Current.Indices.Length);
        }
    }

    /// <summary>Step 0: from random weights, or those of a file.</summary>
    private long Begin(SimClrModel model)
    {
        if (options.Encoder.Weights is { } file)
        {
            using SafetensorsFile content = SafetensorsFile.Read(file);
            TrainedEncoder.LoadWeights(model.Encoder, content, file);
        }

        return 0;
    }

    /// <summary>The size of a micro-batch, and the allocator set for it.</summary>
    private int FitBatch(ComputePlan plan, SimClrModel model)
    {
        if (plan.MicroBatch is null || plan.MicroBatch < options.Batch.Size)
        {
            HostMemory.ReturnLargeBlocks();
        }

        int micro = plan.MicroBatch ?? MicroBatchFit.Find(options, plan, model, Logger);
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
        ["made_by"] = $"simclr {typeof(Pretrainer).Assembly.GetName().Version!.ToString(3)}",
        ["trained"] = $"{options.Schedule.Epochs} epochs, {steps} steps, batch {options.Batch.Size}, seed {options.Seed}",
    };
}
