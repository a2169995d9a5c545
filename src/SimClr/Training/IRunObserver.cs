using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// An observer of a run, which acts when it is due: it measures, logs, trains a probe or writes a checkpoint. The
/// parameters that the run trains do not depend on it.
/// </summary>
internal interface IRunObserver
{
    /// <summary>Tensors that a bit-exact resume needs, by name.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State => [];

    /// <summary>
    /// Called in each step once its gradient is complete and before it is applied, in the dispose scope of the step.
    /// </summary>
    /// <param name="outcome">The outcome of the step.</param>
    /// <param name="state">The state before the step. The optimizer holds the gradient.</param>
    void OnGradient(StepOutcome outcome, TrainingState state)
    {
    }

    /// <summary>Called after each step.</summary>
    /// <param name="state">The state; <see cref="TrainingState.Step"/> counts the step.</param>
    void OnStep(TrainingState state)
    {
    }
}
