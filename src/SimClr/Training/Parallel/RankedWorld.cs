using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Internals;
using SimClr.Layers;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The ranks that train one model.</summary>
/// <param name="communicator">The connection between the ranks.</param>
internal sealed class RankedWorld(ICommunicator communicator) : World, IRankTotals
{
    private Exception? failure;
    private Action? beginSums;
    private TimeSpan lastCommunicated;
    private TimeSpan lastWaited;
    private int? cores;

    private bool IsRankZero => communicator.Rank == 0;

    /// <inheritdoc/>
    public override ICommunicator Communicator => communicator;

    /// <inheritdoc/>
    public RootedGradients Handed { get; } = new();

    /// <inheritdoc/>
    /// <remarks>MPI accepts calls only from the thread that started it.</remarks>
    public override T Run<T>(Func<T> work) => work();

    /// <inheritdoc/>
    public override ILogger ForRankZero(ILogger logger) => IsRankZero ? logger : NullLogger.Instance;

    /// <inheritdoc/>
    public override T? ForRankZero<T>(T? receiver)
        where T : class => IsRankZero ? receiver : null;

    /// <inheritdoc/>
    public override T OnRankZero<T>(Func<T> make) => communicator.OnRankZero(make);

    /// <inheritdoc/>
    public override T? OnRankZeroOnly<T>(Func<T?> make)
        where T : class => communicator.OnRankZeroOnly(make);

    /// <inheritdoc/>
    public override T OnEveryRank<T>(Func<T> make) => communicator.OnEveryRank(make);

    /// <inheritdoc/>
    public override bool Any(bool here) => communicator.Any(here);

    /// <inheritdoc/>
    public override int Min(int here)
        => communicator.Gather(BitConverter.GetBytes(here)).Min(bytes => BitConverter.ToInt32(bytes));

    /// <inheritdoc/>
    public override void Agree(Func<IReadOnlyDictionary<string, string>> facts)
        => RankAgreement.Check(communicator, communicator.OnEveryRank(facts));

    /// <inheritdoc/>
    /// <remarks>The first call is collective: every rank makes it in the same order.</remarks>
    public override int CoresEach() => cores ??= RankCores.CoresPerRank(communicator);

    /// <inheritdoc/>
    public override PretrainOptions ShareThreads(PretrainOptions options)
    {
        int cores = CoresEach();   // On every rank, whatever its own options say.
        return options.Threads > 0 ? options : options with { Threads = cores };
    }

    /// <inheritdoc/>
    public override PretrainOptions ShareBatch(PretrainOptions options, RankShare share) => options with
    {
        Batch = options.Batch with { Size = Math.Max(2, share.Images) },
        Data = ShareReading(options.Data),
    };

    /// <inheritdoc/>
    public override DataOptions ShareReading(DataOptions options)
        => options.Workers > 0 ? options : options with { Workers = CoresEach() };

    /// <inheritdoc/>
    public override ComputePlan Localize(ComputePlan plan, PretrainOptions options) => plan with
    {
        Device = ComputePlan.ResolveDevice(options.Device),   // Each rank has its own.
        Threads = options.Threads,   // Machines may differ in cores.
    };

    /// <inheritdoc/>
    public override void Merge(SkippedImages skipped) => communicator.Share(skipped);

    /// <inheritdoc/>
    public override void Broadcast(IEnumerable<Tensor> state)
    {
        using var _ = no_grad();
        foreach (IGrouping<(ScalarType, string), Tensor> kind in state.GroupBy(t => (t.dtype, $"{t.device}")))
        {
            using var scope = NewDisposeScope();
            Tensor flat = cat([.. kind.Select(t => t.reshape(-1))]);
            communicator.Broadcast(flat);
            Spread(flat, kind);
        }
    }

    /// <inheritdoc cref="World.Sum(Tensor)"/>
    public override void Sum(Tensor values)
    {
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        communicator.AllReduce(values);
    }

    /// <inheritdoc/>
    public override (long First, long Second) Sum(long first, long second)
    {
        using Tensor all = tensor(new[] { first, second }, device: CPU);
        Sum(all);
        using var scope = NewDisposeScope();
        return (all[0].item<long>(), all[1].item<long>());
    }

    /// <inheritdoc/>
    public void FailInBackward(Exception error) => failure ??= error;

    /// <inheritdoc/>
    public override void Backward(Action pass, bool last)
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
            Handed.Release();
        }

        if (Interlocked.Exchange(ref failure, null) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    /// <inheritdoc/>
    public override BatchLoss Loss(IContrastiveLoss loss, RankShare share) => new GatheredLoss(loss, this, share);

    /// <inheritdoc/>
    /// <remarks>The projections already come from all ranks.</remarks>
    public override StepOutcome Gather(StepOutcome outcome, ITrainingTask task, RankShare share)
    {
        int[] rows = [.. share.ImagesPerRank.Select(images => task.ViewsPerImage * images)];
        return outcome with
        {
            H = Gather(outcome.H, rows),
            Output = task.ViewsPerImage == 1 ? Gather(outcome.Output, rows) : outcome.Output,
            Images = Gather(outcome.Images, rows),
        };
    }

    /// <summary>Returns the rows of all ranks, in rank order.</summary>
    /// <param name="local">[n, …]; n may differ between ranks.</param>
    /// <param name="rows">The n of each rank.</param>
    public Tensor Gather(Tensor local, IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        Tensor all = GatherPadded(local, rows.Max());
        return cat([.. rows.Select((count, rank) => all.narrow(0, (long)rank * rows.Max(), count))])
            .MoveToOuterDisposeScope();
    }

    /// <summary>Returns the rows of all ranks, in rank order, padded to the same number for each rank.</summary>
    /// <param name="local">[n, …], n ≤ max.</param>
    /// <param name="max">The number of rows for each rank in the result.</param>
    /// <returns>[ranks · max, …].</returns>
    public Tensor GatherPadded(Tensor local, long max)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor own = local.detach();
        if (own.shape[0] < max)
        {
            Tensor padded = zeros([max, .. own.shape[1..]], own.dtype, own.device);
            padded.narrow(0, 0, own.shape[0]).copy_(own);
            own = padded;
        }

        Tensor all = empty([Size * max, .. own.shape[1..]], own.dtype, own.device);
        communicator.AllGather(own.contiguous(), all);
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>Averages tensors over the ranks in place, weighted by the ranks' shares of the batch.</summary>
    /// <param name="values">Floating-point tensors of one type.</param>
    /// <param name="weight">This rank's share of the batch.</param>
    public void Average(IReadOnlyList<Tensor> values, double weight)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        if (values.Count > 0)
        {
            Tensor flat = cat([.. values.Select(t => t.reshape(-1))]).mul_(RootedScalars.From(weight));
            communicator.AllReduce(flat);
            Spread(flat, values);
        }
    }

    /// <inheritdoc/>
    public override IGradientSums Join(
        nn.Module model,
        nn.Module<Tensor, Tensor> encoder,
        Optimizer optimizer,
        BatchNormScope norm,
        RankShare share,
        ILogger log)
    {
        bool isGlobal = norm == BatchNormScope.Global;
        foreach (SyncBatchNorm layer in isGlobal ? model.modules().OfType<SyncBatchNorm>() : [])
        {
            layer.Totals = this;
        }

        if (isGlobal
            && encoder is not ResNet
            && model.modules().Any(m => m is TorchSharp.Modules.NormBase and not SyncBatchNorm))
        {
            log.LogWarning(
                "The batch norms of the custom encoder normalize over each rank's own views; "
                    + "only SimClr's batch norms see the views of all ranks.");
        }

        // Running statistics of the views of a single rank are averaged.
        Tensor[] statistics = isGlobal && encoder is ResNet
            ? []
            : [.. model.named_buffers().Select(b => b.buffer).Where(b => b.is_floating_point())];
        var exchange = new GradientExchange(
            this, optimizer, model, encoder, () => Average(statistics, (double)share.Images / share.Batch));
        beginSums = exchange.Begin;
        // Metrics begin here.
        (lastCommunicated, lastWaited) = (communicator.CommunicationTime, communicator.WaitTime);
        return exchange;
    }

    /// <inheritdoc/>
    public override void CheckWeights(IEnumerable<Tensor> state, long step)
        => RankChecksum.Check(communicator, state, step);

    /// <inheritdoc/>
    public override string Describe(RankShare share, int micro, int viewsPerImage, BatchNormScope norm)
        => MicroBatches.Describe(share, viewsPerImage, Size, norm);

    /// <inheritdoc/>
    public override RankDevice[] Devices(string device)
    {
        var local = RankDevice.Detect(device);
        return ComputeDevice.IsCuda(device) ? local.GatherAll(communicator) : [local];
    }

    /// <inheritdoc/>
    public override IEnumerable<KeyValuePair<string, double>> CommunicationMetrics(double window)
    {
        (TimeSpan communicated, TimeSpan waited) =
            (communicator.CommunicationTime - lastCommunicated, communicator.WaitTime - lastWaited);
        (lastCommunicated, lastWaited) = (communicator.CommunicationTime, communicator.WaitTime);
        return
        [
            new("communication", Math.Round(communicated.TotalSeconds / window, 4)),
            new("communication_wait", Math.Round(waited.TotalSeconds / window, 4)),
        ];
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
