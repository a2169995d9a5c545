using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// Updates parameters from their gradients. The learning rate is given at each step; the state (momentum and the
/// like) is named, so that a checkpoint can hold all of it.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly Dictionary<string, Tensor> state = [];

    private protected Optimizer(IReadOnlyList<TrainedParameter> parameters, params string[] slots)
    {
        Parameters = parameters;
        foreach (string slot in slots)
        {
            foreach (TrainedParameter parameter in parameters)
            {
                state[$"{slot}.{parameter.Name}"] = zeros_like(parameter.Value, requires_grad: false).DetachFromDisposeScope();
            }
        }
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <summary>The state by name: <c>slot.parameter</c>. Owned by the optimizer; copy into it to restore.</summary>
    public IReadOnlyDictionary<string, Tensor> State => state;

    /// <summary>Applies the gradients once. Parameters without a gradient stay as they are.</summary>
    /// <param name="learningRate">The rate of this step, 0 or more.</param>
    public void Step(double learningRate)
    {
        using var _ = no_grad();
        foreach (TrainedParameter parameter in Parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.Value.grad is { } gradient)
            {
                Update(parameter, gradient, learningRate);
            }
        }
    }

    /// <summary>Forgets the gradients, so that the next backward pass starts from none.</summary>
    public void ZeroGradients()
    {
        foreach (TrainedParameter parameter in Parameters)
        {
            parameter.Value.grad = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in state.Values)
        {
            tensor.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private protected abstract void Update(TrainedParameter parameter, Tensor gradient, double learningRate);

    private protected Tensor Slot(string slot, TrainedParameter parameter) => state[$"{slot}.{parameter.Name}"];
}
