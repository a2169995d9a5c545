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
/// The processes that train one model, as training sees them. This class itself represents a single process: every
/// operation is the identity or a no-op. <see cref="RankedWorld"/> represents several processes (ranks). Every rank
/// makes the same calls in the same order, so training needs no condition on their number.
/// </summary>
internal class World
{
    /// <summary>A single process.</summary>
    public static World Solo { get; } = new();

    /// <summary>Creates the world of the processes that a communicator connects.</summary>
    public static World From(ICommunicator communicator)
        => communicator.Size == 1 ? Solo : new RankedWorld(communicator);

    /// <summary>The communicator, for code outside of training.</summary>
    public virtual ICommunicator Communicator => SingleProcess.Instance;

    /// <summary>The number of processes, at least 1.</summary>
    public int Size => Communicator.Size;

    /// <summary>
    /// Runs the work of a run where its threads compute best: with a single process, on a thread with bound cores.
    /// </summary>
    public virtual T Run<T>(Func<T> work) => PinnedThreads.Run(work);

    /// <summary>Returns the logger on rank 0, and a logger that discards everything on the other ranks.</summary>
    public virtual ILogger ForRankZero(ILogger logger) => logger;

    /// <summary>Returns the object on rank 0, and null on the other ranks.</summary>
    public virtual T? ForRankZero<T>(T? receiver)
        where T : class => receiver;

    /// <summary>Returns the value that rank 0 creates, on every rank. If rank 0 fails, every rank fails.</summary>
    /// <typeparam name="T">A type that JSON can represent.</typeparam>
    public virtual T OnRankZero<T>(Func<T> make) => make();

    /// <summary>Runs an action on rank 0. If it fails there, every rank fails.</summary>
    public void OnRankZero(Action action) => _ = OnRankZero(() =>
    {
        action();
        return true;
    });

    /// <summary>Returns the value that rank 0 creates, on rank 0 only, and null on the other ranks.</summary>
    public virtual T? OnRankZeroOnly<T>(Func<T?> make)
        where T : class => make();

    /// <summary>Returns the value that each rank creates for itself. If one rank fails, every rank fails.</summary>
    public virtual T OnEveryRank<T>(Func<T> make) => make();

    /// <summary>Runs an action on each rank. If one rank fails, every rank fails.</summary>
    public void OnEveryRank(Action action) => _ = OnEveryRank(() =>
    {
        action();
        return true;
    });

    /// <summary>Returns whether a condition holds on any rank.</summary>
    public virtual bool Any(bool here) => here;

    /// <summary>Returns the smallest value of all ranks.</summary>
    public virtual int Min(int here) => here;

    /// <summary>Checks that all ranks were started in the same way.</summary>
    /// <param name="facts">
    /// The function that collects the facts that determine the result, by name. Not called with a single process.
    /// </param>
    /// <exception cref="ConfigurationException">The facts of two ranks differ.</exception>
    public virtual void Agree(Func<IReadOnlyDictionary<string, string>> facts)
    {
    }

    /// <summary>Returns the number of cores for each rank.</summary>
    public virtual int CoresEach() => ComputeThreads.Cores;

    /// <summary>Returns the options with this rank's share of the machine's threads.</summary>
    public virtual PretrainOptions ShareThreads(PretrainOptions options) => options;

    /// <summary>Returns the options with which this rank reads its images of a batch.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="share">This rank's part of a batch.</param>
    public virtual PretrainOptions ShareBatch(PretrainOptions options, RankShare share) => options;

    /// <summary>Returns the options for reading images with this rank's share of the machine's cores.</summary>
    public virtual DataOptions ShareReading(DataOptions options) => options;

    /// <summary>Returns the plan of rank 0 with this rank's own device and threads.</summary>
    public virtual ComputePlan Localize(ComputePlan plan, PretrainOptions options) => plan;

    /// <summary>Returns this rank's part of each batch, in micro-batches that fit.</summary>
    /// <param name="images">The number of images of a batch, over all ranks.</param>
    /// <param name="micro">The maximum number of images that a rank holds at once.</param>
    /// <exception cref="ConfigurationException">The batch has too few images for the number of ranks.</exception>
    public RankShare Share(int images, int micro) => OnEveryRank(() => MicroBatches.Share(images, micro, Communicator));

    /// <summary>Merges the ranks' lists of unreadable images.</summary>
    /// <exception cref="DataException">Together they exceed the allowed share of unreadable images.</exception>
    public virtual void Merge(SkippedImages skipped)
    {
    }

    /// <summary>Overwrites the tensors of every rank with those of rank 0.</summary>
    /// <param name="state">Tensors of the same shapes and types on every rank.</param>
    public virtual void Broadcast(IEnumerable<Tensor> state)
    {
    }

    /// <summary>Sums a tensor over the ranks, in place.</summary>
    /// <param name="values">A contiguous tensor of the same shape and type on every rank.</param>
    public virtual void Sum(Tensor values)
    {
    }

    /// <summary>Sums two counts over the ranks.</summary>
    public virtual (long First, long Second) Sum(long first, long second) => (first, second);

    /// <summary>Runs a backward pass.</summary>
    /// <param name="pass">The backward pass.</param>
    /// <param name="last">
    /// Whether it is the last pass of the step. The gradients that this pass completes are summed over the ranks.
    /// </param>
    public virtual void Backward(Action pass, bool last) => pass();

    /// <summary>Returns the loss of a batch that the ranks share.</summary>
    public virtual BatchLoss Loss(IContrastiveLoss loss, RankShare share) => new(loss);

    /// <summary>Returns the outcome of a step with the rows of all ranks, in rank order.</summary>
    public virtual StepOutcome Gather(StepOutcome outcome, ITrainingTask task, RankShare share) => outcome;

    /// <summary>
    /// Joins the ranks to train one model: batch norm over the views of all ranks, and summed gradients.
    /// </summary>
    /// <param name="model">The encoder and everything on top of it.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="optimizer">The optimizer that applies the gradients.</param>
    /// <param name="norm">The views that batch norm sees (<see cref="BatchOptions.Norm"/>).</param>
    /// <param name="share">This rank's part of a batch.</param>
    /// <param name="log">The log of the run.</param>
    public virtual IGradientSums Join(
        nn.Module model,
        nn.Module<Tensor, Tensor> encoder,
        Optimizer optimizer,
        BatchNormScope norm,
        RankShare share,
        ILogger log) => NoGradientSums.Instance;

    /// <summary>Checks that the weights are identical, byte for byte, on every rank.</summary>
    /// <param name="state">The weights.</param>
    /// <param name="step">The number of steps done, for the message.</param>
    /// <exception cref="CommunicationException">The weights of two ranks differ.</exception>
    public virtual void CheckWeights(IEnumerable<Tensor> state, long step)
    {
    }

    /// <summary>Describes in one sentence the batch of a gradient and the views that batch norm sees.</summary>
    public virtual string Describe(RankShare share, int micro, int viewsPerImage, BatchNormScope norm)
        => MicroBatches.Describe(share.Batch, micro, viewsPerImage);

    /// <summary>Returns the devices of the ranks.</summary>
    public virtual RankDevice[] Devices(string device) => [RankDevice.Detect(device)];

    /// <summary>Returns the share of time spent on communication since the last call, by metric name.</summary>
    /// <param name="window">The number of seconds since the last call.</param>
    public virtual IEnumerable<KeyValuePair<string, double>> CommunicationMetrics(double window) => [];
}
