using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Pre-training (paper, Section 2 and Algorithm 1): two views of each image → encoder → projection head → contrastive
/// loss → optimizer, until the epochs are over.
/// </summary>
public sealed class Pretrainer
{
    private readonly PretrainOptions options;
    private readonly nn.Module<Tensor, Tensor>? customEncoder;

    /// <summary>Takes the configuration.</summary>
    /// <param name="options">Everything that decides the result.</param>
    /// <param name="encoder">An encoder of your own, [N, 3, S, S] → [N, representation], instead of the configured ResNet.</param>
    /// <exception cref="ConfigurationException">Two values contradict each other.</exception>
    public Pretrainer(PretrainOptions options, nn.Module<Tensor, Tensor>? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = TrainingSession.Validate(options);
        customEncoder = encoder;
    }

    /// <summary>Where notices and warnings go.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Told at every logged step.</summary>
    public IProgress<PretrainProgress>? Progress { get; init; }

    /// <summary>
    /// The processes that share the run; one by default. All call <see cref="Run"/> with the same arguments; the first writes
    /// the run directory and reports.
    /// </summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    /// <summary>
    /// A random step of your own for each view, after those of the paper; null (default) for none. Works where views are
    /// made by the processor (<see cref="PretrainOptions.AugmentOn"/> is cpu).
    /// </summary>
    public IAugmentation? CustomAugmentation { get; init; }

    /// <summary>
    /// A loss of your own over the projections of the batch; null (default) for the configured one (<see cref="PretrainOptions.Loss"/>).
    /// Several processes compute it on all projections each.
    /// </summary>
    public IContrastiveLoss? CustomLoss { get; init; }

    /// <summary>
    /// A projection head of your own, [N, representation] → [N, projection]; null (default) for the configured one
    /// (<see cref="PretrainOptions.Head"/>). It is trained in place and stays yours. The checkpoints hold its weights.
    /// </summary>
    public nn.Module<Tensor, Tensor>? CustomHead { get; init; }

    /// <summary>
    /// Creates an optimizer of your own for the trained parameters; null (default) for the configured one
    /// (<see cref="PretrainOptions.Optimizer"/>). The learning rate is still that of the schedule. The run disposes it.
    /// </summary>
    public Func<IReadOnlyList<TrainedParameter>, Optimizer>? CustomOptimizer { get; init; }

    /// <summary>Trains, and leaves a run directory.</summary>
    /// <remarks>
    /// On Linux one process does the work on a thread of its own, whose cores are bound (docs/decisions/007), while the caller's
    /// waits for it; of several processes each works on the caller's. <see cref="Progress"/>, <see cref="Logger"/>, and an encoder of
    /// your own are called from the thread that works, an augmentation of your own from those that load images, several at once: what belongs to the caller's thread (a window, thread-static
    /// values) has to be handed over to it. Errors are thrown on the caller's thread.
    /// </remarks>
    /// <param name="images">What to learn from; labels are used for progress only.</param>
    /// <param name="runDirectory">Where the run keeps its files.</param>
    /// <param name="resume">Whether to go on with the run that is there, bit-exactly.</param>
    /// <param name="cancellation">Finishes the step, writes a checkpoint and throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ConfigurationException">There is a run already, another process is at work in it, or the device is missing.</exception>
    /// <exception cref="CommunicationException">The processes could not reach each other, or do not compute the same.</exception>
    /// <exception cref="DataException">Too few images, or too many that cannot be read.</exception>
    /// <exception cref="DivergenceException">The loss or a gradient is not finite.</exception>
    /// <exception cref="ResumeMismatchException">The run there was started with another configuration or other data.</exception>
    public PretrainResult Run(
        ImageDataSet images, string runDirectory, bool resume = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (options.OnlineLinear)
        {
            OnlineProbe.CheckLabels(images);
        }

        var custom = new CustomParts
        {
            Encoder = customEncoder,
            Head = CustomHead,
            Loss = CustomLoss,
            Optimizer = CustomOptimizer,
            Augmentation = CustomAugmentation,
        };
        var session = new TrainingSession(options, RunRecord.Pretraining, device => ContrastiveTask.Create(options, device, custom))
        {
            Custom = custom,
            Logger = Logger,
            Progress = Progress,
            Communicator = Communicator,
        };
        return session.Run(images, runDirectory, resume, cancellation);
    }

    /// <summary>Trains on a thread of its own.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public Task<PretrainResult> RunAsync(
        ImageDataSet images, string runDirectory, bool resume = false, CancellationToken cancellation = default)
        => LongTask.Run(() => Run(images, runDirectory, resume, cancellation));
}
