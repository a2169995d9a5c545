using System.Globalization;
using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Detects losses and gradients that are not finite. Each step is checked on the device; the host reads the result only
/// on request (at logged steps and before a checkpoint), so that the device never waits.
/// </summary>
internal sealed class DivergenceGuard : IRunObserver, IDisposable
{
    private readonly Tensor healthy;
    private readonly Tensor healthySteps;
    private readonly PretrainOptions options;
    private readonly RunCalendar calendar;
    private readonly long firstStep;

    /// <param name="options">The configuration of the run, for advice.</param>
    /// <param name="calendar">The calendar of logged steps.</param>
    /// <param name="firstStep">The number of steps before the first observed one.</param>
    /// <param name="device">The device of the run.</param>
    public DivergenceGuard(PretrainOptions options, RunCalendar calendar, long firstStep, Device device)
    {
        this.options = options;
        this.calendar = calendar;
        this.firstStep = firstStep;
        healthy = ones(1, device: device).DetachFromDisposeScope();
        healthySteps = zeros(1, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void OnGradient(StepOutcome outcome, TrainingState state) => Observe(outcome.Loss, state.Optimizer);

    /// <inheritdoc/>
    public void OnStep(TrainingState state)
    {
        if (calendar.Logs(state.Step))
        {
            Check(state);
        }
    }

    /// <summary>Records a step, on the device.</summary>
    public void Observe(Tensor loss, Optimizer optimizer)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor sum = loss.detach().to_type(ScalarType.Float32);
        foreach (Tensor gradients in optimizer.Gradients)
        {
            // A sum is not finite if one of its terms is not.
            sum = sum.Plus(gradients.sum(type: ScalarType.Float32));
        }

        healthy.mul_(isfinite(sum).to_type(ScalarType.Float32));
        healthySteps.add_(healthy.to_type(ScalarType.Int64), RootedScalars.One);
    }

    /// <exception cref="DivergenceException">
    /// The loss or a gradient of a step since the start was not finite.
    /// </exception>
    public void Check(TrainingState state)
    {
        using var scope = NewDisposeScope();   // roots what is read back from a device
        if (healthy.item<float>() > 0)
        {
            return;
        }

        (LearningRateSchedule schedule, string? checkpoint) = (state.Schedule, state.Checkpoint);
        long step = firstStep + healthySteps.item<long>();
        string kept = checkpoint is null
            ? "No checkpoint had been written yet."
            : $"The last good checkpoint is kept: {checkpoint}.";
        throw new DivergenceException(string.Create(CultureInfo.InvariantCulture, $"training diverged: the loss or a "
            + $"gradient at step {step + 1} is not a finite number (learning rate {schedule.At(step):G4}). ") +
            $"{LikelyCause(options, schedule, step)} {kept}").MarkCollective();   // every rank sees the same numbers
    }

    public void Dispose()
    {
        healthy.Dispose();
        healthySteps.Dispose();
    }

    private static string LikelyCause(PretrainOptions options, LearningRateSchedule schedule, long step)
    {
        if (!options.Loss.Normalize)
        {
            return "Likely cause: without normalization, similarities grow with the projections; "
                + "try loss.normalize=true or a lower rate.";
        }

        if (options.Loss.Temperature < 0.01 && options.Loss.Name != LossName.Margin)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Likely cause: the temperature {options.Loss.Temperature} is very low; "
                    + $"the paper uses 0.05 to 1 (loss.temperature=0.1).");
        }

        string optimizer = options.Optimizer.Name.Text();
        double lower = Math.Min(schedule.Peak / 4, new OptimizerOptions().PeakRateFor(options.Batch.Size));
        string advice = step < schedule.WarmupSteps ? "a lower rate"
            : "a lower rate or a longer warm-up (schedule.warmup_epochs=…)";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Likely cause: the peak rate of {schedule.Peak:G4} is too high for {optimizer}; try {advice}, such as "
                + $"optimizer.peak_rate={lower:G4}.");
    }
}
