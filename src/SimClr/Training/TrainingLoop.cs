using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Layers;
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

    /// <summary>The processes that share the run.</summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    private ILogger Log => Communicator.Rank == 0 ? Logger : NullLogger.Instance;

    /// <summary>Trains, and leaves a run directory; parameters and errors are those of <see cref="Pretrainer.Run"/>.</summary>
    public PretrainResult Run(ImageDataSet images, string runDirectory, bool resume, CancellationToken cancellation)
        => Communicator.Size > 1   // MPI may be called from the thread only that began with it
            ? RunHere(images, runDirectory, resume, cancellation)
            : BoundThreads.Run(() => RunHere(images, runDirectory, resume, cancellation));

    private PretrainResult RunHere(ImageDataSet images, string runDirectory, bool resume, CancellationToken cancellation)
    {
        var run = new RunDirectory(runDirectory);
        _ = ViewKernels.Default;   // A name in the environment that is none is told before anything is written.
        if (Communicator.Size > 1)
        {
            RankAgreement.Check(Communicator, Communicator.Together(() =>
            {
                RefuseUnknownMemory();
                return RunFacts.Of(Record(images, ComputePlan.Resolve(options, OwnEncoder), totalSteps: 0));
            }));
        }

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
            catch (DataException) when (skipped.Count > 0 && Communicator.Rank == 0)
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

    /// <summary>Only the first rank looks at the directory and writes into it; what it finds holds for all.</summary>
    private ComputePlan PlanOfAll(RunDirectory run, ImageDataSet images, bool resume, ref RunLock? held)
    {
        // Before the run that is there is looked at: what it was computed with was a rank's share, too.
        PretrainOptions shared = Communicator.Size == 1 || options.Threads > 0
            ? options
            : options with { Threads = RankProcessors.CoresEach(Communicator) };
        RunLock? taken = null;
        ComputePlan plan = Communicator.FromFirst(() =>
        {
            RunLock.RefuseTaken(run.Root);   // Before what is half written there is judged.
            ComputePlan found = RunResumption.Prepare(run, shared, taskName, images, OwnEncoder, resume, Logger, Communicator.Size);
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
        return Communicator.Size == 1 ? plan : plan with
        {
            Device = ComputePlan.ResolveDevice(options.Device),   // Each rank has its own.
            Threads = shared.Threads,   // Machines may differ in cores.
        };
    }

    private PretrainResult Train(
        ImageDataSet images, RunDirectory run, ComputePlan plan, SkippedImages skipped, bool resume, CancellationToken cancellation)
    {
        var ranks = new Ranks(Communicator);
        ImageDataSet readable = Communicator.Together(() =>
        {
            ImageDataSet loaded = ImageCache.Load(images, options.Data, skipped, null, cancellation);
            Usable.ForTraining(loaded, options.Batch.Size);
            return loaded;
        });
        int stepsPerEpoch = readable.Count / options.Batch.Size;
        long totalSteps = (long)stepsPerEpoch * options.Schedule.Epochs;
        long totalStepsBefore = Communicator.FromFirst(() => run.HasRun ? RunRecord.Read(run.RunFile).TotalSteps : totalSteps);

        using ITrainingTask task = createTask(plan.Device);
        using Optimizer optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(task.Model), plan.NotAdapted);
        plan = plan with { NotAdapted = ParameterGroups.ExcludedWeights(optimizer.Parameters) };
        using OnlineProbe? probe = OnlineProbe.For(readable, task.RepresentationSize, options, plan, ranks);
        var encoder = new TrainedEncoder(task.Encoder, options.Encoder, options.Views);
        var checkpoints = new TrainingCheckpoint(run, task.Model, optimizer, encoder, probe);
        string? latest = Communicator.FromFirst(() => resume ? run.LatestCheckpoint() : null);
        long step = Communicator.FromFirst(() =>
        {
            if (latest is null && run.HasRun)
            {
                Logger.LogWarning("{Run}: there is no checkpoint; starting from the beginning.", run.Root);
            }

            return latest is null ? Begin(task) : checkpoints.Restore(latest);
        });
        ranks.Broadcast(checkpoints.State().Select(part => part.Value));

        LearningRateSchedule schedule = ScheduleOf(options, readable.Count, plan);
        PretrainOptions before = options with { Schedule = options.Schedule with { Epochs = (int)Math.Clamp(totalStepsBefore / stepsPerEpoch, 1, int.MaxValue) } };
        _ = Communicator.Together(() =>
        {
            RunResumption.Announce(totalStepsBefore, step, totalSteps, ScheduleOf(before, readable.Count, plan), schedule, Log);
            RunResumption.AnnounceEarlierRules(plan, options, taskName, schedule, step, totalSteps, Log);
            return true;
        });
        int micro = LeastOfAll(Communicator.Together(() => FitBatch(plan, task)));
        plan = plan with { MicroBatch = micro };
        RankShare share = Communicator.Together(() => MicroBatches.Share(options.Batch.Size, micro, Communicator));
        if (ranks.IsFirst)
        {
            Record(images, plan, totalSteps).Write(run.RunFile);
        }

        TellDevices(plan);
        Log.LogInformation("{Header}", ranks.AreSeveral
            ? MicroBatches.Describe(share, task.ViewsPerImage, ranks.Size, options.Batch.Norm)
            : MicroBatches.Describe(options.Batch.Size, micro, task.ViewsPerImage));

        using IGradientStep gradients = task.Step(share, ranks);
        using GradientExchange? exchange = ranks.Join(task.Model, task.Encoder, optimizer, options.Batch.Norm);
        IReadOnlyList<Tensor> ofEachRank = BuffersOfEachRank(ranks, task.Model);
        using var guard = new DivergenceGuard(step, device(plan.Device));
        using MetricsLog? metrics = ranks.IsFirst ? new MetricsLog(run.MetricsFile, run.TensorBoardFolder, step) : null;
        var meter = new RunMeter(step, totalSteps, options, ranks.IsFirst ? Progress : null, metrics, Log) { Communicator = Communicator };
        KnnMonitor? knn = KnnMonitor.For(readable, encoder, options, skipped);
        task.Model.train();

        using var feed = new BatchFeed(
            readable, OfRank(share), ranks.AreSeveral ? plan with { MicroBatch = share.Micro } : plan, task.ViewsPerImage, skipped,
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

            bool stops = Communicator.Any(cancellation.IsCancellationRequested) && step < totalSteps;
            if (step == totalSteps || CheckpointIsDue(step, stepsPerEpoch) || stops)
            {
                guard.Check(options, schedule, latest);
                RankChecksum.Check(ranks, checkpoints.State().Select(part => part.Value), step);
                Communicator.Share(skipped);
                latest = Communicator.FromFirst(() =>
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

        Communicator.Share(skipped);
        _ = Communicator.FromFirst(() =>
        {
            skipped.Write(run.SkippedFile);
            encoder.Save(run.EncoderFile, Provenance(step));
            task.Save(run, encoder);
            return true;
        });
        return meter.Result(run, step, skipped.Count, latest!);

        RunHealth? Step(double rate, bool measure)
        {
            using var scope = NewDisposeScope();
            optimizer.ZeroGradients();
            StepOutcome batch = gradients.Compute(feed.Next);
            exchange?.Finish();
            ranks.Average(ofEachRank, (double)share.Images / share.Batch);
            guard.Observe(batch.Loss, optimizer);
            optimizer.Step(rate);
            probe?.Learn(batch, step);
            return measure ? task.Health(ranks.AreSeveral ? OfAll(batch, task, ranks, share) : batch) : null;
        }
    }

    /// <summary>The running statistics that each rank has of its own views: those of batch norms that do not see all ranks'.</summary>
    private IReadOnlyList<Tensor> BuffersOfEachRank(Ranks ranks, nn.Module model)
    {
        if (!ranks.AreSeveral || (options.Batch.Norm == BatchNormScope.Global && !OwnEncoder))
        {
            return [];
        }

        if (OwnEncoder && options.Batch.Norm == BatchNormScope.Global && model.modules().Any(m => m is TorchSharp.Modules.NormBase and not GlobalBatchNorm))
        {
            Log.LogWarning("The batch norms of your own encoder normalize by the views of each rank by itself; only those of SimClr see all ranks'.");
        }

        return [.. model.named_buffers().Select(b => b.buffer).Where(b => b.is_floating_point())];
    }

    /// <summary>What a logged step is judged by: h and logits of all ranks, in the order of the ranks. Projections are those of all ranks already.</summary>
    private static StepOutcome OfAll(StepOutcome batch, ITrainingTask task, Ranks ranks, RankShare share)
    {
        int[] rows = [.. share.ImagesOfEach.Select(images => task.ViewsPerImage * images)];
        return batch with
        {
            H = ranks.Gather(batch.H, rows),
            Z = task.ViewsPerImage == 1 ? ranks.Gather(batch.Z, rows) : batch.Z,
            Images = ranks.Gather(batch.Images, rows),
        };
    }

    private void TellDevices(ComputePlan plan)
    {
        var mine = RankDevice.Here(plan.Device);
        RankDevice[] all = plan.IsCuda ? mine.OfAll(Communicator) : [mine];
        Log.LogInformation(
            "Computing in {Precision}{Devices}.",
            plan.PrecisionInWords, all.Length > 1 ? $": {RankDevice.Describe(all)}" : $" on {mine}, with {plan.Threads} thread(s)");
        foreach (string shared in RankDevice.Shared(all))
        {
            Log.LogWarning("{Shared}", shared);
        }
    }

    private PretrainOptions OfRank(RankShare share) => Communicator.Size == 1 ? options : options with
    {
        Batch = options.Batch with { Size = Math.Max(2, share.Images) },
        Data = options.Data with { Workers = options.Data.Workers > 0 ? options.Data.Workers : RankProcessors.CoresEach(Communicator) },
    };

    private RunRecord Record(ImageDataSet images, ComputePlan plan, long totalSteps)
        => RunRecord.Of(options, images, plan, totalSteps, taskName, Communicator.Size) with { OwnAugmentation = AugmentationCheck.NameOf(OwnAugmentation) };

    private void RefuseUnknownMemory()
    {
        if (options.Batch.MicroIsAuto && options.Batch.Memory is null && ComputePlan.ResolveDevice(options.Device) == "cpu")
        {
            throw new ConfigurationException(
                $"the micro-batch is to be found out (batch.micro 0), but {Communicator.Size} ranks cannot tell how much of a machine's memory each may take; say it with --memory (batch.memory), such as 8GB for each rank, or give --micro-batch a number");
        }
    }

    /// <summary>Step 0: from random weights, or those of a file.</summary>
    private long Begin(ITrainingTask task)
    {
        if (options.Encoder.Weights is { } file)
        {
            using IWeightsFile content = WeightsFile.Read(file);
            TrainedEncoder.LoadWeights(task.Encoder, content, file);
            Normalization normalize = options.Views.Normalize;
            if (TrainedEncoder.NormalizationOf(content) is { } before && before != normalize)
            {
                Logger.LogWarning(
                    "{File}: its weights expect pixels with normalization {Before}, and views.normalize is {Normalize}; --set views.normalize={Before} continues as they were trained.",
                    file, before.Text(), normalize.Text(), before.Text());
            }
        }

        return 0;
    }

    /// <summary>The size of a micro-batch.</summary>
    private int FitBatch(ComputePlan plan, ITrainingTask task)
    {
        int largest = MicroBatches.Count(options.Batch.Size, Communicator.Size);   // what a rank has of a batch
        return plan.MicroBatch ?? MicroBatchFit.Find(
            options with { Batch = options.Batch with { Size = Math.Max(2, largest) } }, plan, task, Log);
    }

    private int LeastOfAll(int micro)
        => Communicator.Gather(BitConverter.GetBytes(micro)).Min(bytes => BitConverter.ToInt32(bytes));

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
