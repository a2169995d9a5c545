using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The training loop of Algorithm 1 (paper, Section 2.1), of the supervised baseline and of fine-tuning: random views of
/// a batch → gradient of the task's loss → update of the parameters, until the steps are done. The step is
/// <see cref="ContrastiveStep"/> for SimCLR. <see cref="TrainingSession"/> starts and finishes a run around it.
/// </summary>
internal static class TrainingLoop
{
    /// <summary>Trains from the step that the state is at to the last.</summary>
    /// <param name="state">Model, optimizer, schedule and position; updated.</param>
    /// <param name="step">Computes the gradient of a batch.</param>
    /// <param name="sums">Completes the gradient over all processes.</param>
    /// <param name="views">Random views, micro-batch by micro-batch.</param>
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

            state.Advance();
            foreach (IRunObserver observer in state.Observers)
            {
                observer.OnStep(state);
            }
        }
    }
}
