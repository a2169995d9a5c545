using System.Runtime.ExceptionServices;
using SimClr.Configuration;
using SimClr.Distributed;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Layers;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The ranks of a run, as its steps see them. With one rank nothing is said and nothing is computed.</summary>
/// <param name="communicator">How they reach each other.</param>
internal sealed class Ranks(ICommunicator communicator) : IRankTotals
{
    private Exception? failure;
    private Action? beginSums;

    /// <summary>A run of one process.</summary>
    public static Ranks Single { get; } = new(SingleProcess.Instance);

    public ICommunicator Communicator => communicator;

    public int Size => communicator.Size;

    /// <summary>Whether this is the rank that writes files and reports.</summary>
    public bool IsFirst => communicator.Rank == 0;

    public bool AreSeveral => communicator.Size > 1;

    /// <inheritdoc/>
    public HandedGradients Handed { get; } = new();

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        communicator.AllReduce(values);
    }

    /// <inheritdoc/>
    public void FailInBackward(Exception error) => failure ??= error;

    /// <summary>Runs a backward pass.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="last">Whether it is the last one of the step: gradients that it completes are summed over the ranks.</param>
    public void Backward(Action pass, bool last)
    {
        if (last)
        {
            beginSums?.Invoke();
        }

        try
        {
            pass();
        }
        finally
        {
            Handed.LetGo();
        }

        if (Interlocked.Exchange(ref failure, null) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <summary>The same numbers on all ranks: those of the first.</summary>
    /// <param name="state">Of the same shapes and types on every rank; in any order of memory.</param>
    public void Broadcast(IEnumerable<Tensor> state)
    {
        using var _ = no_grad();
        foreach (IGrouping<(ScalarType, string), Tensor> kind in AreSeveral ? state.GroupBy(t => (t.dtype, $"{t.device}")) : [])
        {
            using var scope = NewDisposeScope();
            Tensor flat = cat([.. kind.Select(t => t.reshape(-1))]);
            communicator.Broadcast(flat);
            Spread(flat, kind);
        }
    }

    /// <summary>The mean over the ranks, weighted by their shares of the batch.</summary>
    /// <param name="values">Floating-point numbers of one type.</param>
    /// <param name="share">This rank's share of the batch.</param>
    public void Average(IReadOnlyList<Tensor> values, double share)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        if (AreSeveral && values.Count > 0)
        {
            Tensor flat = cat([.. values.Select(t => t.reshape(-1))]).mul_(Scalars.Of(share));
            communicator.AllReduce(flat);
            Spread(flat, values);
        }
    }

    /// <summary>The rows of all ranks, one rank after the other.</summary>
    /// <param name="mine">[n, …]; n may differ between ranks.</param>
    /// <param name="rows">n of each rank.</param>
    public Tensor Gather(Tensor mine, IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        Tensor all = GatherPadded(mine, rows.Max());
        return cat([.. rows.Select((count, rank) => all.narrow(0, (long)rank * rows.Max(), count))]).MoveToOuterDisposeScope();
    }

    /// <summary>The rows of all ranks, one rank after the other, each filled up to the same number.</summary>
    /// <param name="mine">[n, …], n ≤ most.</param>
    /// <param name="most">Rows of each rank in the result.</param>
    /// <returns>[ranks · most, …].</returns>
    public Tensor GatherPadded(Tensor mine, long most)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor own = mine.detach();
        if (own.shape[0] < most)
        {
            Tensor padded = zeros([most, .. own.shape[1..]], own.dtype, own.device);
            padded.narrow(0, 0, own.shape[0]).copy_(own);
            own = padded;
        }

        Tensor all = empty([Size * most, .. own.shape[1..]], own.dtype, own.device);
        communicator.AllGather(own.contiguous(), all);
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Makes several ranks train one model: its batch norms see the views of all ranks, and gradients are summed, beginning
    /// within the backward pass.
    /// </summary>
    /// <param name="model">Encoder and what stands on it.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="optimizer">Takes the gradients.</param>
    /// <param name="norm">Whose views batch norm sees: see <see cref="BatchOptions.Norm"/>.</param>
    /// <returns>What sums the gradients; null where there is one rank.</returns>
    public GradientExchange? Join(nn.Module model, nn.Module encoder, Optimizer optimizer, BatchNormScope norm)
    {
        if (!AreSeveral)
        {
            return null;
        }

        foreach (GlobalBatchNorm layer in norm == BatchNormScope.Global ? model.modules().OfType<GlobalBatchNorm>() : [])
        {
            layer.Totals = this;
        }

        string prefix = model.named_modules().First(part => ReferenceEquals(part.module, encoder)).name;
        var gradients = new GradientExchange(this, optimizer, prefix, ResNet.Stages);
        beginSums = gradients.Begin;
        if (encoder is ResNet resnet)
        {
            resnet.BeforeStage = gradients.Mark;
        }

        return gradients;
    }

    private static void Spread(Tensor flat, IEnumerable<Tensor> into)
    {
        long start = 0;
        foreach (Tensor tensor in into)
        {
            tensor.copy_(flat.narrow(0, start, tensor.numel()).view(tensor.shape));
            start += tensor.numel();
        }
    }
}
