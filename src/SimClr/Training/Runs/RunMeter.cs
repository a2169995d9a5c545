using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>Turns logged steps into metrics, progress reports and warnings.</summary>
/// <param name="firstStep">The number of steps done before the session.</param>
/// <param name="calendar">The calendar of logged steps.</param>
/// <param name="options">The configuration of the run.</param>
/// <param name="progress">The receiver of progress reports, or null.</param>
/// <param name="metrics">The log of metrics, or null.</param>
/// <param name="logger">The receiver of warnings.</param>
internal sealed class RunMeter(
    long firstStep,
    RunCalendar calendar,
    PretrainOptions options,
    IProgress<PretrainProgress>? progress,
    MetricsLog? metrics,
    ILogger logger) : IRunObserver
{
    /// <summary>The metric of the seconds of training over all sessions.</summary>
    public const string Seconds = "seconds";

    // A single batch says little: in a small one, positives rank first by luck.
    private const int JudgedTogether = 10;

    private readonly Queue<RunHealth> pastWarmup = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long stepsDone;
    private TimeSpan lastTime;
    private TimeSpan lastWait;
    private RunHealth? judged;
    private double? gradientNorm;
    private RunHealth? lastHealth;
    private double? lastKnn;
    private double? lastOnline;
    private bool warnedOfCollapse;
    private bool warnedOfChance;

    /// <summary>
    /// The processes of the run. With several of them, the shares of time spent on communication and on waiting for it
    /// are logged.
    /// </summary>
    public World World { get; init; } = World.Solo;

    /// <summary>The function that judges a step.</summary>
    public required Func<StepOutcome, RunHealth> Judge { get; init; }

    /// <summary>The time that the run has waited for views.</summary>
    public Func<TimeSpan> InputWait { get; init; } = () => TimeSpan.Zero;

    /// <summary>The kNN monitor, or null.</summary>
    public KnnMonitor? Knn { get; init; }

    /// <summary>The online probe, or null.</summary>
    public OnlineProbe? Probe { get; init; }

    /// <summary>The device that computes the run. Its memory in use is logged, where it is known.</summary>
    public Device Device { get; init; } = CPU;

    /// <inheritdoc/>
    public void OnGradient(StepOutcome outcome, TrainingState state)
    {
        // Nothing is read back from the device in the steps between.
        bool logs = calendar.Logs(state.Step + 1);
        judged = logs ? Judge(outcome) : null;
        gradientNorm = logs ? NormOf(state.Optimizer) : null;
    }

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
    {
        if (judged is { } health)
        {
            Log(state.Step, state.Schedule.At(state.Step - 1), health, Knn?.Accuracy, InputWait(), Probe?.Top1());

            // On processors with large caches, .NET lets the small objects of the steps pile up to a hundred megabytes.
            GC.Collect(0);
        }
    }

    /// <summary>Logs a step.</summary>
    /// <param name="step">The number of steps done.</param>
    /// <param name="rate">The learning rate of the step.</param>
    /// <param name="health">The loss and health of the step's batch.</param>
    /// <param name="knn">The kNN accuracy, 0 … 1, or null.</param>
    /// <param name="waited">The time that the run has waited for views.</param>
    /// <param name="online">The accuracy of the online linear layer, 0 … 1, or null.</param>
    public void Log(long step, double rate, RunHealth health, double? knn, TimeSpan waited, double? online = null)
    {
        (int stepsPerEpoch, long totalSteps) = (calendar.StepsPerEpoch, calendar.TotalSteps);
        double warmupSteps = options.Schedule.WarmupEpochs * stepsPerEpoch;
        health = health.After(step, warmupSteps);
        TimeSpan now = clock.Elapsed;
        double window = Math.Max(1e-9, (now - lastTime).TotalSeconds);
        double speed = (step - firstStep - stepsDone) * options.Batch.Size / window;
        int epoch = (int)((step + stepsPerEpoch - 1) / stepsPerEpoch);
        var values = new Dictionary<string, double>
        {
            ["step"] = step,
            ["epoch"] = epoch,
            ["epochs_done"] = Math.Round((double)step / stepsPerEpoch, 4),
            [Seconds] = Math.Round((metrics?.SecondsBefore ?? 0) + now.TotalSeconds, 2),
            ["loss"] = health.Loss,
            ["learning_rate"] = rate,
            ["images_per_second"] = Math.Round(speed, 2),
            ["input_wait"] = Math.Round((waited - lastWait).TotalSeconds / window, 4),
        };
        foreach ((string name, double value) in health.Metrics.Concat(Resources()))
        {
            values[name] = value;
        }

        foreach ((string name, double value) in World.CommunicationMetrics(window))
        {
            values[name] = value;
        }

        if (knn is { } accuracy)
        {
            values["knn"] = accuracy;
        }

        if (Knn?.FoundOriginals is { } found)
        {
            values["find_original"] = found;
        }

        if (online is { } share)
        {
            values["online_linear"] = share;
        }

        if (gradientNorm is { } norm)
        {
            values["gradient_norm"] = norm;
        }

        metrics?.Write(values, step);
        Telemetry.ReportTraining(
            health.Loss, (step - firstStep - stepsDone) * options.Batch.Size, waited - lastWait);
        (stepsDone, lastTime, lastWait, lastHealth, lastKnn, lastOnline) =
            (step - firstStep, now, waited, health, knn ?? lastKnn, online ?? lastOnline);
        TimeSpan left = (now / Math.Max(1, stepsDone)) * (totalSteps - step);
        progress?.Report(new PretrainProgress(
            step, totalSteps, epoch, options.Schedule.Epochs, rate, speed, left, health, lastKnn, online));
        if (step > warmupSteps && !warnedOfChance)
        {
            pastWarmup.Enqueue(health);
        }

        Warn(step, health);
    }

    public PretrainResult Result(RunDirectory run, long step, int skipped, string checkpoint)
    {
        IReadOnlyDictionary<string, double>? last = MetricsLog.Read(run.MetricsFile).LastOrDefault();
        double speed = step > firstStep ? (step - firstStep) * options.Batch.Size / clock.Elapsed.TotalSeconds : 0;
        return new PretrainResult(
            run.Root, step, options.Schedule.Epochs, last?["loss"] ?? lastHealth?.Loss ?? double.NaN, speed, skipped,
            checkpoint, run.EncoderFile, lastHealth, lastKnn, lastOnline);
    }

    // Bytes of memory in use by this process, and on its CUDA device by all processes.
    private IEnumerable<KeyValuePair<string, double>> Resources()
    {
        yield return new("memory", Environment.WorkingSet);
        if (DeviceMemory.Query(Device) is (long free, long total))
        {
            yield return new("device_memory", total - free);
        }
    }

    // ‖∂ℓ/∂θ‖, the square root of the sum of all squares.
    private static double NormOf(Optimizer optimizer)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Math.Sqrt(
            optimizer.Gradients.Sum(gradients => Math.Pow(gradients.norm().to(ScalarType.Float64).item<double>(), 2)));
    }

    private void Warn(long step, RunHealth health)
    {
        if (health.Collapsed && !warnedOfCollapse)
        {
            warnedOfCollapse = true;
            logger.LogWarning("Step {Step}: {Health}", step, health.Describe());
        }

        if (pastWarmup.Count < JudgedTogether)
        {
            return;
        }

        RunHealth mean = health with
        {
            Loss = pastWarmup.Average(h => h.Loss),
            ContrastiveAccuracy = pastWarmup.Average(h => h.ContrastiveAccuracy),
        };
        pastWarmup.Dequeue();
        if (mean.AtChance)
        {
            warnedOfChance = true;
            logger.LogWarning(
                "Step {Step}, mean of the last {Count} logged steps: {Health}", step, JudgedTogether, mean.Describe());
        }
    }
}
