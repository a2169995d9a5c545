using Microsoft.Extensions.Logging;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// The processes that train one model, as training sees them. This class is a process alone: every operation is the
/// identity or a no-op. <see cref="RankedWorld"/> is several processes (ranks). Every rank makes the same calls in the
/// same order, so training needs no condition on how many there are.
/// </summary>
internal class World
{
    /// <summary>A process alone.</summary>
    public static World Solo { get; } = new();

    /// <summary>The processes that a communicator connects.</summary>
    public static World From(ICommunicator communicator) => communicator.Size == 1 ? Solo : new RankedWorld(communicator);

    /// <summary>The connection, for rooms that do not know training.</summary>
    public virtual ICommunicator Communicator => SingleProcess.Instance;

    /// <summary>Processes, 1 or more.</summary>
    public int Size => Communicator.Size;

    /// <summary>Does the work of a run where its threads compute best: alone, on a thread whose cores are bound.</summary>
    public virtual T Run<T>(Func<T> work) => PinnedThreads.Run(work);

    /// <summary>The logger on rank 0; one that discards everything on the others.</summary>
    public virtual ILogger ForRankZero(ILogger logger) => logger;

    /// <summary>The object on rank 0, null on the others.</summary>
    public virtual T? ForRankZero<T>(T? receiver)
        where T : class => receiver;

    /// <summary>The value that rank 0 makes, on every rank. If rank 0 fails, every rank does.</summary>
    /// <typeparam name="T">A type that JSON can represent.</typeparam>
    public virtual T OnRankZero<T>(Func<T> make) => make();

    /// <summary>Does something on rank 0. If it fails there, every rank fails.</summary>
    public void OnRankZero(Action action) => _ = OnRankZero(() =>
    {
        action();
        return true;
    });

    /// <summary>The value that rank 0 makes, on rank 0 only; null on the others.</summary>
    public virtual T? OnRankZeroOnly<T>(Func<T?> make)
        where T : class => make();

    /// <summary>The value that each rank makes by itself. If one rank fails, every rank does.</summary>
    public virtual T OnEveryRank<T>(Func<T> make) => make();

    /// <summary>Does something on each rank by itself. If one rank fails, every rank does.</summary>
    public void OnEveryRank(Action action) => _ = OnEveryRank(() =>
    {
        action();
        return true;
    });

    /// <summary>Whether it holds on any rank.</summary>
    public virtual bool Any(bool here) => here;

    /// <summary>The smallest value of any rank.</summary>
    public virtual int Min(int here) => here;

    /// <summary>Checks that all ranks were started alike.</summary>
    /// <param name="facts">Collects what decides the result, by name; not called in a process alone.</param>
    /// <exception cref="ConfigurationException">Two ranks differ.</exception>
    public virtual void Agree(Func<IReadOnlyDictionary<string, string>> facts)
    {
    }

    /// <summary>Cores that a rank has to itself.</summary>
    public virtual int CoresEach() => ComputeThreads.Cores;

    /// <summary>The options of a run with this rank's share of the machine's threads.</summary>
    public virtual PretrainOptions ShareThreads(PretrainOptions options) => options;

    /// <summary>How this rank reads its images of a batch.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="share">The images of a batch that are this rank's.</param>
    public virtual PretrainOptions ShareBatch(PretrainOptions options, RankShare share) => options;

    /// <summary>How this rank reads images: with its share of the machine's cores.</summary>
    public virtual DataOptions ShareReading(DataOptions options) => options;

    /// <summary>The plan of rank 0 with this rank's own device and threads.</summary>
    public virtual ComputePlan Localize(ComputePlan plan, PretrainOptions options) => plan;

    /// <summary>The part of each batch that this rank takes, in micro-batches that fit.</summary>
    /// <param name="images">Images of a batch, over all ranks.</param>
    /// <param name="micro">Images that a rank holds at once, at most.</param>
    /// <exception cref="ConfigurationException">The batch has too few images for so many ranks.</exception>
    public RankShare Share(int images, int micro) => OnEveryRank(() => MicroBatches.Share(images, micro, Communicator));

    /// <summary>Merges the ranks' lists of unreadable images.</summary>
    /// <exception cref="DataException">Together they exceed the allowed share.</exception>
    public virtual void Merge(SkippedImages skipped)
    {
    }

    /// <summary>Overwrites the tensors of every rank with those of rank 0.</summary>
    /// <param name="state">The same shapes and types on every rank.</param>
    public virtual void Broadcast(IEnumerable<Tensor> state)
    {
    }

    /// <summary>Sums over the ranks, in place.</summary>
    /// <param name="values">Contiguous; the same shape and type on every rank.</param>
    public virtual void Sum(Tensor values)
    {
    }

    /// <summary>Sums two counts over the ranks.</summary>
    public virtual (long First, long Second) Sum(long first, long second) => (first, second);

    /// <summary>Runs a backward pass.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="last">Whether it is the last one of the step: the gradients that it completes are summed over the ranks.</param>
    public virtual void Backward(Action pass, bool last) => pass();

    /// <summary>The loss of a batch that the ranks share.</summary>
    public virtual BatchLoss Loss(IContrastiveLoss loss, RankShare share) => new(loss);

    /// <summary>The outcome of a step with the rows of all ranks, one rank after another.</summary>
    public virtual StepOutcome Gather(StepOutcome outcome, ITrainingTask task, RankShare share) => outcome;

    /// <summary>Makes the ranks train one model: batch norm by the views of all ranks, and summed gradients.</summary>
    /// <param name="model">Encoder and everything on top of it.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="optimizer">The optimizer that takes the gradients.</param>
    /// <param name="norm">The views that batch norm sees: <see cref="BatchOptions.Norm"/>.</param>
    /// <param name="share">This rank's share of a batch.</param>
    /// <param name="log">The log of the run.</param>
    public virtual IGradientSums Join(
        nn.Module model, nn.Module<Tensor, Tensor> encoder, Optimizer optimizer, BatchNormScope norm, RankShare share, ILogger log) => NoGradientSums.Instance;

    /// <summary>Checks that the weights have the same bytes on every rank.</summary>
    /// <param name="state">The weights.</param>
    /// <param name="step">Steps done, for the message.</param>
    /// <exception cref="CommunicationException">The weights of two ranks differ.</exception>
    public virtual void CheckWeights(IEnumerable<Tensor> state, long step)
    {
    }

    /// <summary>What a step takes the gradient of, and what batch norm sees, in a sentence.</summary>
    public virtual string Describe(RankShare share, int micro, int viewsPerImage, BatchNormScope norm)
        => MicroBatches.Describe(share.Batch, micro, viewsPerImage);

    /// <summary>The devices that the ranks compute on.</summary>
    public virtual RankDevice[] Devices(string device) => [RankDevice.Detect(device)];

    /// <summary>The share of the time since the last call that communication took, by the name of the metric.</summary>
    /// <param name="window">Seconds since the last call.</param>
    public virtual IEnumerable<KeyValuePair<string, double>> CommunicationMetrics(double window) => [];
}
