using System.Globalization;
using SimClr.Distributed;

namespace SimClr.Training;

/// <summary>Reads the loss of fine-tuning every few steps, reports it, and stops if it is not finite.</summary>
/// <param name="report">Receives the steps done, the total steps and the loss.</param>
/// <param name="cancellation">Stops between steps.</param>
internal sealed class FineTuneWatch(Action<long, long, double> report, CancellationToken cancellation) : IRunObserver
{
    private const int StepsPerReading = 20;

    /// <summary>The last loss that was read.</summary>
    public double Loss { get; private set; } = double.NaN;

    /// <inheritdoc/>
    /// <exception cref="DivergenceException">The loss is not finite.</exception>
    public void OnGradient(StepOutcome outcome, TrainingState state)
    {
        long step = state.Step;
        if (step % StepsPerReading != 0 && step != state.TotalSteps - 1)
        {
            return;
        }

        Loss = outcome.Loss.item<float>();
        if (!double.IsFinite(Loss))
        {
            // it is the loss of all ranks
            throw new DivergenceException(string.Create(
                CultureInfo.InvariantCulture,
                $"fine-tuning diverged: the loss at step {step + 1} is not a finite number (learning rate "
                    + $"{state.Schedule.At(step):G4}); try a lower FineTuneOptions.Rate"))
                .MarkCollective();
        }

        report(step + 1, state.TotalSteps, Loss);
    }

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">Fine-tuning was stopped.</exception>
    public void OnStep(TrainingState state)
    {
        if (state.Step < state.TotalSteps)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
