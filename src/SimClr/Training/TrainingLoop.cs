using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The training loop of Algorithm 1 (paper, Section 2.1), also used by the supervised baseline and by fine-tuning:
/// random views of a batch → gradient of the task's loss → update of the parameters, until no steps are left. For
/// SimCLR, <see cref="ContrastiveStep"/> computes the gradient. <see cref="TrainingSession"/> starts and finishes a run
/// around the loop.
/// </summary>
internal static class TrainingLoop
{
    /// <summary>Trains from the current step to the last.</summary>
    /// <param name="state">The model, optimizer, schedule and position; updated in place.</param>
    /// <param name="step">The step that computes the gradient of a batch.</param>
    /// <param name="sums">The sums that complete the gradient over all processes.</param>
    /// <param name="views">The random views, one micro-batch at a time.</param>
    public static void Run(TrainingState state, IGradientStep step, IGradientSums sums, ViewSource views)
    {
        state.Model.train();
        while (state.Step < state.TotalSteps)
        {
            using (NewDisposeScope())
            {
                state.Optimizer.ZeroGradients();
                StepOutcome outcome = step.Compute(views.Next);   // views → h → z → ℓ → ∂ℓ/∂θ
                sums.Finish();
                foreach (IRunObserver observer in state.Observers)
                {
                    observer.OnGradient(outcome, state);
                }

                state.Optimizer.Step(state.Schedule.At(state.Step));
            }

            // The observers measure, log and write checkpoints.
            state.Advance();
            foreach (IRunObserver observer in state.Observers)
            {
                observer.OnStep(state);
            }
        }
    }
}
