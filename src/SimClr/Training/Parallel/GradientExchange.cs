using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Sums gradients over the ranks during the backward pass. The gradients are slices of a few large tensors
/// (<see cref="ParameterSlab"/>) in layer order. The part of a stage is sent, in place, as soon as the pass has reached
/// the beginning of the stage. The rest (the first layers, and all biases and batch norms) is sent after the pass.
/// </summary>
internal sealed class GradientExchange : IGradientSums
{
    /// <summary>
    /// The environment variable that delays the sums until after the backward pass if it is set to <c>after</c>, to
    /// measure the gain from overlapping.
    /// </summary>
    public const string Variable = "SIMCLR_GRADIENT_SUMS";

    // Parts of this size pass through the stages of the all-reduce one after another.
    private const long BytesAtOnce = 25 << 20;

    private readonly RankedWorld world;
    private readonly Action average;
    private readonly Dictionary<string, List<Tensor>> ofStage = [];
    private readonly List<Tensor> rest = [];
    private readonly HashSet<string> reached = [];
    private readonly List<IPendingCommunication> pending = [];
    private readonly List<Action> hooks = [];
    private bool armed;

    /// <param name="world">The ranks.</param>
    /// <param name="optimizer">The optimizer that applies the gradients.</param>
    /// <param name="model">The encoder and everything on top of it.</param>
    /// <param name="encoder">The encoder. For a <see cref="ResNet"/>, the sums begin stage by stage.</param>
    /// <param name="average">
    /// Averages the other tensors that differ between ranks, once the gradients are complete.
    /// </param>
    public GradientExchange(
        RankedWorld world, Optimizer optimizer, nn.Module model, nn.Module<Tensor, Tensor> encoder, Action average)
    {
        this.world = world;
        this.average = average;
        string prefix = model.named_modules().First(part => ReferenceEquals(part.module, encoder)).name;
        (string Name, Sequential Module)[] stages = encoder is ResNet resnet ? [.. resnet.Stages] : [];
        foreach (ParameterSlab slab in optimizer.Slabs)
        {
            Divide(slab, prefix, slab.Excluded ? [] : [.. stages.Select(stage => stage.Name)]);
        }

        foreach ((string name, Sequential stage) in stages)
        {
            hooks.Add(stage.register_forward_pre_hook((_, x) => Mark(x, name)).remove);
        }
    }

    /// <summary>
    /// Whether sums begin during the backward pass rather than after it. Default: true, unless <see cref="Variable"/>
    /// is set to <c>after</c>.
    /// </summary>
    public bool Overlaps { get; set; } = Environment.GetEnvironmentVariable(Variable) != "after";

    /// <summary>Starts sending gradients as soon as they are complete.</summary>
    public void Begin()
    {
        armed = Overlaps;
        reached.Clear();
    }

    /// <summary>
    /// Returns x unchanged. When the backward pass reaches it, the gradients of the stage and of everything after it
    /// are complete.
    /// </summary>
    public Tensor Mark(Tensor x, string stage)
        => is_grad_enabled() && ofStage.ContainsKey(stage) ? BackwardHook.Attach(x, () => Reached(stage), world) : x;

    /// <summary>Waits until all gradients are sums over all ranks.</summary>
    public void Finish()
    {
        armed = false;
        foreach (string stage in ofStage.Keys.Where(stage => !reached.Contains(stage)))
        {
            Send(ofStage[stage]);
        }

        Send(rest);
        pending.ForEach(sum => sum.Wait());
        pending.Clear();
        reached.Clear();
        average();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        hooks.ForEach(remove => remove());
        foreach (Tensor part in ofStage.Values.SelectMany(parts => parts).Concat(rest))
        {
            part.Dispose();
        }
    }

    private void Reached(string stage)
    {
        if (armed && reached.Add(stage))
        {
            Send(ofStage[stage]);
        }
    }

    private void Send(List<Tensor> parts) => pending.AddRange(parts.Select(world.Communicator.BeginAllReduce));

    private void Divide(ParameterSlab slab, string encoder, IReadOnlyList<string> stages)
    {
        string[] names = [.. slab.Parameters.Select(p => p.Name)];
        int end = names.Length;
        foreach (string stage in stages.Reverse())
        {
            int first = Array.FindIndex(
                names, name => name.StartsWith($"{encoder}.{stage}.", StringComparison.Ordinal));
            if (first >= 0 && first < end)
            {
                ofStage[stage] =
                [
                    .. ofStage.GetValueOrDefault(stage) ?? [],
                    .. slab.GradientsOf(first, end, BytesAtOnce),
                ];
                end = first;
            }
        }

        rest.AddRange(slab.GradientsOf(0, end, BytesAtOnce));
    }
}
