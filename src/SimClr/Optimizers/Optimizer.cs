using static TorchSharp.torch;

namespace SimClr.Optimizers;

/// <summary>
/// Updates parameters from their gradients. Each step receives its learning rate. The state (such as momentum) is
/// named, so that a checkpoint can contain all of it. The constructor moves the parameters into a few large tensors and
/// turns them into slices of these, with unchanged shapes, strides and values: a step then takes a few large
/// operations.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly IReadOnlyList<ParameterSlab> slabs;
    private readonly Dictionary<string, Tensor> state = [];

    /// <summary>Moves the parameters into slabs.</summary>
    /// <param name="parameters">The parameters, from <see cref="ParameterGroups.FromModule"/>.</param>
    protected Optimizer(IReadOnlyList<TrainedParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        slabs = ParameterSlab.Group(parameters);
    }

    /// <summary>The trained parameters.</summary>
    public IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <summary>
    /// The state by name, <c>slot.parameter</c>. Owned by the optimizer; copy values into these tensors to restore it.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> State => state;

    /// <summary>All gradients, in a few large tensors; valid after the first <see cref="ZeroGradients"/>.</summary>
    internal IEnumerable<Tensor> Gradients => slabs.Select(slab => slab.Gradients);

    /// <summary>The slabs that hold parameters, gradients and state.</summary>
    internal IReadOnlyList<ParameterSlab> Slabs => slabs;

    /// <summary>Applies the gradients once. Parameters without a gradient are unchanged.</summary>
    /// <param name="learningRate">The rate of this step, 0 or more.</param>
    public void Step(double learningRate)
    {
        using var _ = no_grad();
        foreach (ParameterSlab slab in slabs)
        {
            using var scope = NewDisposeScope();
            IReadOnlyList<TrainedParameter> missing = slab.CollectGradients();
            (Tensor Now, Tensor Before)[] kept = [.. missing.SelectMany(OwnedBy).Select(t => (t, t.clone()))];
            Update(slab, learningRate);
            foreach ((Tensor now, Tensor before) in kept)
            {
                now.copy_(before);
            }
        }
    }

    /// <summary>Sets the gradients to 0 before the next backward pass.</summary>
    public void ZeroGradients()
    {
        foreach (ParameterSlab slab in slabs)
        {
            slab.ZeroGradients();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in state.Values)
        {
            tensor.Dispose();
        }

        foreach (ParameterSlab slab in slabs)
        {
            slab.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Applies the gradients of one slab to its values.</summary>
    /// <param name="slab">Parameters stored one after another, with their gradients and slots.</param>
    /// <param name="learningRate">The learning rate of this step, 0 or more.</param>
    protected abstract void Update(ParameterSlab slab, double learningRate);

    /// <summary>
    /// Adds a part of the state, which has the size of the parameters and is saved in checkpoints. Call this method in
    /// the constructor.
    /// </summary>
    /// <param name="slot">The name of the part, without a dot.</param>
    /// <param name="value">The initial value of every number.</param>
    protected void AddSlot(string slot, double value = 0)
    {
        foreach ((string name, Tensor slice) in slabs.SelectMany(slab => slab.AddSlot(slot, value)))
        {
            state[$"{slot}.{name}"] = slice;
        }
    }

    private IEnumerable<Tensor> OwnedBy(TrainedParameter parameter)
        => state.Where(s => s.Key.EndsWith($".{parameter.Name}", StringComparison.Ordinal)
                && s.Key.IndexOf('.', StringComparison.Ordinal) == s.Key.Length - parameter.Name.Length - 1)
            .Select(s => s.Value)
            .Append(parameter.Value);
}
