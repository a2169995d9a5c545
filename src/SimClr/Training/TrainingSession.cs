using System.Diagnostics;
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
/// One session of a run in a directory: checks and locks the directory, starts or restores the run, trains it with
/// <see cref="TrainingLoop"/> and its observers, and writes the encoder. A run may take several sessions.
/// </summary>
/// <param name="options">The options that determine the result.</param>
/// <param name="taskName">The name of the task in <c>run.json</c>.</param>
/// <param name="createTask">The factory that creates the task on a device.</param>
internal sealed partial class TrainingSession(
    PretrainOptions options, string taskName, Func<string, ITrainingTask> createTask)
{
    private World? world;

    /// <summary>The logger for notices and warnings.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The receiver of progress reports, or null.</summary>
    public IProgress<PretrainProgress>? Progress { get; init; }

    /// <summary>The custom parts of the run.</summary>
    public CustomParts Custom { get; init; } = CustomParts.None;

    /// <summary>The processes that share the run.</summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    private World World => world ??= World.From(Communicator);

    private ILogger Log => World.ForRankZero(Logger);

    /// <summary>
    /// Trains and writes a run directory. Parameters and errors are those of <see cref="Pretrainer.Run"/>.
    /// </summary>
    public PretrainResult Run(ImageDataSet images, string runDirectory, bool resume, CancellationToken cancellation)
        => World.Run(() => RunHere(images, new RunDirectory(runDirectory), resume, cancellation));

    /// <exception cref="ConfigurationException">Two options contradict each other.</exception>
    public static PretrainOptions Validate(PretrainOptions options)
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

    private PretrainResult RunHere(ImageDataSet images, RunDirectory run, bool resume, CancellationToken cancellation)
    {
        _ = ViewKernels.Default;   // Reports an unknown name in the environment before anything is written.
        World.Agree(() =>
        {
            RequireMemoryLimit();   // A single process finds out for itself how much memory it may use.
            return RunFacts.Collect(
                Record(images, ComputePlan.Resolve(options, Custom.Encoder is not null), totalSteps: 0));
        });

        RunLock? taken = null;
        try
        {
            RunStart start = Prepare(run, images, resume, ref taken);
            start.Plan.Begin();
            using var memory = new MallocTuning();
            var skipped = new SkippedImages(images, options.Data);
            try
            {
                return Train(images, run, start, skipped, resume, cancellation);
            }
            catch (DataException) when (skipped.Count > 0)
            {
                World.ForRankZero(skipped)?.Write(run.SkippedFile);
                Log.LogWarning(
                    "{Count} image(s) that could not be read are listed in {File}.", skipped.Count, run.SkippedFile);
                throw;
            }
            finally
            {
                start.Plan.End();
            }
        }
        finally
        {
            taken?.Dispose();
        }
    }

    private PretrainResult Train(
        ImageDataSet images,
        RunDirectory run,
        RunStart start,
        SkippedImages skipped,
        bool resume,
        CancellationToken cancellation)
    {
        using Activity? span = Telemetry.StartSpan(taskName)?.SetTag("simclr.run", run.Root);
        ImageDataSet readable = World.OnEveryRank(() =>
        {
            ImageDataSet loaded = ImageCache.Load(images, options.Data, skipped, null, cancellation);
            DataSetRequirements.RequireTrainable(loaded, options.Batch.Size);
            return loaded;
        });
        int stepsPerEpoch = readable.Count / options.Batch.Size;
        var calendar = new RunCalendar(
            stepsPerEpoch, (long)stepsPerEpoch * options.Schedule.Epochs, options.Checkpoint);

        using ITrainingTask task = createTask(start.Plan.Device);
        using Optimizer optimizer = World.OnEveryRank(
            () => CreateOptimizer(run, start, ParameterGroups.FromModule(task.Model)));
        ComputePlan plan = start.Plan with { NotAdapted = ParameterGroups.ExcludedWeights(optimizer.Parameters) };
        LearningRateSchedule schedule = ScheduleOf(options, readable.Count, plan);
        using OnlineProbe? probe = OnlineProbe.For(readable, task.RepresentationSize, options, plan, World);
        var state = new TrainingState(task.Model, optimizer, schedule, calendar.TotalSteps)
        {
            Observers = probe is null ? [] : [probe],
        };
        Restore(state, run, task, resume);
        Announce(state, readable.Count, start.TotalStepsBefore, plan);

        int micro = World.Min(World.OnEveryRank(() => FitBatch(plan, task)));
        plan = plan with { MicroBatch = micro };
        RankShare share = World.Share(options.Batch.Size, micro);
        World.ForRankZero(Record(images, plan, calendar.TotalSteps, optimizer))?.Write(run.RunFile);
        using StateWriter? life = World.OnRankZeroOnly(() => new StateWriter(run, calendar, state.Step, Log));
        LogDevices(plan);
        Log.LogInformation("{Header}", World.Describe(share, micro, task.ViewsPerImage, options.Batch.Norm));

        using IGradientStep step = task.Step(share, World);
        using IGradientSums sums = World.Join(task.Model, task.Encoder, optimizer, options.Batch.Norm, share, Log);
        using MetricsLog? metrics = World.OnRankZeroOnly(
            () => new MetricsLog(run.MetricsFile, run.TensorBoardFolder, state.Step));
        using var views = new ViewSource(
            readable, World.ShareBatch(options, share), plan with { MicroBatch = share.MaxMicroBatch },
            task.ViewsPerImage, skipped,
            BatchOrder.Plans(options.Seed, readable.Count, share.Batch, state.Step, state.TotalSteps, share.Split),
            Custom.Augmentation);

        var encoder = new TrainedEncoder(task.Encoder, options.Encoder, options.Views);
        using var guard = new DivergenceGuard(options, calendar, state.Step, device(plan.Device));
        KnnMonitor? knn = KnnMonitor.For(readable, encoder, options, skipped, calendar, cancellation);
        var meter = new RunMeter(state.Step, calendar, options, World.ForRankZero(Progress), metrics, Log)
        {
            Judge = outcome => task.Health(World.Gather(outcome, task, share)),
            InputWait = () => views.WaitTime,
            Knn = knn,
            Probe = probe,
            World = World,
            Device = device(plan.Device),
        };
        var checkpoints = new CheckpointWriter(run, encoder, calendar, guard, skipped, World, cancellation);
        using var epochs = new EpochSpans(calendar, state.Step);
        state.Observers =
            [.. new IRunObserver?[] { life, guard, knn, probe, meter, checkpoints, epochs }.OfType<IRunObserver>()];
        try
        {
            TrainingLoop.Run(state, step, sums, views);

            World.Merge(skipped);
            World.OnRankZero(() =>
            {
                skipped.Write(run.SkippedFile);
                encoder.Save(run.EncoderFile, Provenance(state.Step));
                task.Save(run, encoder);
            });
            life?.Finish();
        }
        catch (Exception error)
        {
            life?.Fail(error);
            throw;
        }

        return meter.Result(run, state.Step, skipped.Count, state.Checkpoint!);
    }

    private void LogDevices(ComputePlan plan)
    {
        RankDevice[] all = World.Devices(plan.Device);
        Log.LogInformation(
            "Computing in {Precision}{Devices}.",
            plan.PrecisionText,
            all.Length > 1 ? $": {RankDevice.Describe(all)}" : $" on {all[0]}, with {plan.Threads} thread(s)");
        foreach (string shared in RankDevice.SharingWarnings(all))
        {
            Log.LogWarning("{Shared}", shared);
        }
    }

    private RunRecord Record(ImageDataSet images, ComputePlan plan, long totalSteps, Optimizer? optimizer = null)
        => RunRecord.Create(options, images, plan, totalSteps, taskName, World.Size) with
        {
            CustomAugmentation = CustomParts.NameOf(Custom.Augmentation),
            CustomLoss = CustomParts.NameOf(Custom.Loss),
            CustomHead = CustomParts.NameOf(Custom.Head),
            CustomOptimizer = Custom.Optimizer is null ? null : CustomParts.NameOf(optimizer),
        };

    private int FitBatch(ComputePlan plan, ITrainingTask task)
    {
        int max = MicroBatches.Count(options.Batch.Size, World.Size);   // A rank's share of a batch.
        return plan.MicroBatch ?? MicroBatchFit.Find(
            options with { Batch = options.Batch with { Size = Math.Max(2, max) } }, plan, task, Log);
    }

    private static LearningRateSchedule ScheduleOf(PretrainOptions options, int images, ComputePlan plan)
    {
        (int batch, ScheduleOptions length) = (options.Batch.Size, options.Schedule);
        double peak = options.Optimizer.PeakRateFor(batch);
        return plan.HasEarlierSchedule
            ? LearningRateSchedule.ForEarlierRun(images, length.Epochs, batch, length.WarmupEpochs, peak)
            : new LearningRateSchedule(images, length.Epochs, batch, length.WarmupEpochs, peak);
    }

    private Dictionary<string, string> Provenance(long steps) => new()
    {
        ["made_by"] = $"simclr {typeof(TrainingSession).Assembly.GetName().Version!.ToString(3)}",
        ["trained"] =
            $"{options.Schedule.Epochs} epochs, {steps} steps, batch {options.Batch.Size}, seed {options.Seed}",
    };
}
