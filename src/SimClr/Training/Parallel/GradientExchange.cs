using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Sums gradients over the ranks while the backward pass goes on. The gradients are slices of a few large tensors
/// (<see cref="ParameterSlab"/>), in the order of the layers; a stage's part is sent as soon as the pass has come to the stage's
/// beginning, in place. What is left, the first layers and all biases and batch norms, is sent when the pass is over.
/// </summary>
internal sealed class GradientExchange : IGradientSums
{
    /// <summary>Set to <c>after</c>, it makes sums wait for the end of the backward pass, to measure what overlapping gains.</summary>
    public const string Variable = "SIMCLR_GRADIENT_SUMS";

    // Smaller ones follow each other through the stages of the all-reduce.
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
    /// <param name="optimizer">The optimizer that takes the gradients.</param>
    /// <param name="model">Encoder and everything on top of it.</param>
    /// <param name="encoder">The encoder; the sums of a <see cref="ResNet"/> begin stage by stage.</param>
    /// <param name="average">Averages what else the ranks have of their own, when the gradients are complete.</param>
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

    /// <summary>Whether sums begin within the backward pass (default), or all when it is over.</summary>
    public bool Overlaps { get; set; } = Environment.GetEnvironmentVariable(Variable) != "after";

    /// <summary>From now on what is complete is sent.</summary>
    public void Begin()
    {
        armed = Overlaps;
        reached.Clear();
    }

    /// <summary>Hands x on as it is; when the backward pass comes through, the gradients of the stage and all behind it are complete.</summary>
    public Tensor Mark(Tensor x, string stage)
        => is_grad_enabled() && ofStage.ContainsKey(stage) ? BackwardHook.Attach(x, () => Reached(stage), world) : x;

    /// <summary>Returns when all gradients are those of all ranks.</summary>
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
            int first = Array.FindIndex(names, name => name.StartsWith($"{encoder}.{stage}.", StringComparison.Ordinal));
            if (first >= 0 && first < end)
            {
                ofStage[stage] = [.. ofStage.GetValueOrDefault(stage) ?? [], .. slab.GradientsOf(first, end, BytesAtOnce)];
                end = first;
            }
        }

        rest.AddRange(slab.GradientsOf(0, end, BytesAtOnce));
    }
}
