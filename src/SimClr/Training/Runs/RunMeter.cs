using System.Diagnostics;
using Microsoft.Extensions.Logging;
using SimClr.Checkpoints;
using SimClr.Configuration;

namespace SimClr.Training;

/// <summary>Turns logged steps into metrics, progress reports and warnings.</summary>
/// <param name="firstStep">Steps done when the session begins.</param>
/// <param name="calendar">When a step is logged.</param>
/// <param name="options">The configuration of the run.</param>
/// <param name="progress">The receiver of progress, or null.</param>
/// <param name="metrics">The file of metrics, or null.</param>
/// <param name="logger">The receiver of warnings.</param>
internal sealed class RunMeter(
    long firstStep,
    RunCalendar calendar,
    PretrainOptions options,
    IProgress<PretrainProgress>? progress,
    MetricsLog? metrics,
    ILogger logger) : IRunObserver
{
    // One batch says little: a small one has its positives first by luck.
    private const int JudgedTogether = 10;

    private readonly Queue<RunHealth> pastWarmup = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long stepsDone;
    private TimeSpan lastTime;
    private TimeSpan lastWait;
    private RunHealth? judged;
    private RunHealth? lastHealth;
    private double? lastKnn;
    private double? lastOnline;
    private bool warnedOfCollapse;
    private bool warnedOfChance;

    /// <summary>How the ranks reach each other: what share of the time that takes, and holds up training, is logged where there are several.</summary>
    public World World { get; init; } = World.Solo;

    /// <summary>Judges a step.</summary>
    public required Func<StepOutcome, RunHealth> Judge { get; init; }

    /// <summary>Time that the run has waited for views.</summary>
    public Func<TimeSpan> InputWait { get; init; } = () => TimeSpan.Zero;

    /// <summary>kNN during training, or null.</summary>
    public KnnMonitor? Knn { get; init; }

    /// <summary>The linear layer that is trained beside the run, or null.</summary>
    public OnlineProbe? Probe { get; init; }

    /// <inheritdoc/>
    public void OnGradient(StepOutcome outcome, TrainingState state)
        => judged = calendar.Logs(state.Step + 1) ? Judge(outcome) : null;

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
    {
        if (judged is { } health)
        {
            Log(state.Step, state.Schedule.At(state.Step - 1), health, Knn?.Accuracy, InputWait(), Probe?.Top1());

            // On processors with large caches .NET lets a hundred megabytes of a step's small objects pile up.
            GC.Collect(0);
        }
    }

    /// <summary>Logs a step.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="rate">The learning rate of the step.</param>
    /// <param name="health">Loss and health of its batch.</param>
    /// <param name="knn">kNN accuracy, 0 to 1, or null.</param>
    /// <param name="waited">Time that the run has waited for views.</param>
    /// <param name="online">Accuracy of the linear layer, 0 to 1, or null.</param>
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
            ["loss"] = health.Loss,
            ["learning_rate"] = rate,
            ["images_per_second"] = Math.Round(speed, 2),
            ["input_wait"] = Math.Round((waited - lastWait).TotalSeconds / window, 4),
        };
        foreach ((string name, double value) in health.Metrics)
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

        if (online is { } share)
        {
            values["online_linear"] = share;
        }

        metrics?.Write(values, step);
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
            run.Root, step, options.Schedule.Epochs, last?["loss"] ?? lastHealth?.Loss ?? double.NaN, speed, skipped, checkpoint,
            run.EncoderFile, lastHealth, lastKnn, lastOnline);
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
            logger.LogWarning("Step {Step}, mean of the last {Count} logged steps: {Health}", step, JudgedTogether, mean.Describe());
        }
    }
}
