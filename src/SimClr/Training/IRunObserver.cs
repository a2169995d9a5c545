using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Watches a run and acts when it is due: measures, logs, learns something of its own or writes a checkpoint. The
/// parameters that the run trains do not depend on it.
/// </summary>
internal interface IRunObserver
{
    /// <summary>Tensors that a bit-exact resume needs, by name.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State => [];

    /// <summary>Called in each step when its gradient is complete and not yet applied, in the dispose scope of the step.</summary>
    /// <param name="outcome">What the step computed.</param>
    /// <param name="state">The state before the step; the optimizer holds the gradient.</param>
    void OnGradient(StepOutcome outcome, TrainingState state)
    {
    }

    /// <summary>Called after each step.</summary>
    /// <param name="state">The state; <see cref="TrainingState.Step"/> counts the step.</param>
    void OnStep(TrainingState state)
    {
    }
}
