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
/// loss → optimizer, for the configured number of epochs.
/// </summary>
public sealed class Pretrainer
{
    private readonly PretrainOptions options;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">The options that determine the result.</param>
    /// <param name="encoder">
    /// A custom encoder, [N, 3, S, S] → [N, representation], or null for the configured ResNet.
    /// </param>
    /// <exception cref="ConfigurationException">Two options contradict each other.</exception>
    public Pretrainer(PretrainOptions options, nn.Module<Tensor, Tensor>? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = TrainingSession.Validate(options);
        if (options.Loss.LabelSmoothing > 0)
        {
            throw new ConfigurationException(FormattableString.Invariant(
                $"loss.label_smoothing is {options.Loss.LabelSmoothing}, but the contrastive losses of pre-training ")
                + "have no labels; it is for supervised training, so leave it out");
        }

        CustomEncoder = encoder;
    }

    /// <summary>The logger for notices and warnings.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The receiver of progress reports, one per logged step, or null.</summary>
    public IProgress<PretrainProgress>? Progress { get; init; }

    /// <summary>
    /// The processes that share the run. All of them call <see cref="Run"/> with the same arguments; the first one
    /// writes the run directory and reports. Default: a single process.
    /// </summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    /// <summary>
    /// A custom encoder, [N, 3, S, S] → [N, representation]. The run trains it in place and does not dispose it.
    /// Default: the constructor's; null for the configured ResNet (<see cref="PretrainOptions.Encoder"/>).
    /// </summary>
    public nn.Module<Tensor, Tensor>? CustomEncoder { get; init; }

    /// <summary>
    /// A custom random transformation of each view, applied after those of the paper. It requires views that are made
    /// on the CPU (<see cref="PretrainOptions.AugmentOn"/> is cpu). Default: null, for none.
    /// </summary>
    public IAugmentation? CustomAugmentation { get; init; }

    /// <summary>
    /// A custom loss over the projections of the batch. With several processes, each process computes it on all
    /// projections. Default: null, for the configured loss (<see cref="PretrainOptions.Loss"/>).
    /// </summary>
    public IContrastiveLoss? CustomLoss { get; init; }

    /// <summary>
    /// A custom projection head, [N, representation] → [N, projection]. The run trains it in place and does not dispose
    /// it; the checkpoints contain its weights. Default: null, for the configured head
    /// (<see cref="PretrainOptions.Head"/>).
    /// </summary>
    public nn.Module<Tensor, Tensor>? CustomHead { get; init; }

    /// <summary>
    /// The factory of a custom optimizer for the trained parameters. Its learning rate still follows the schedule, and
    /// the run disposes it. Default: null, for the configured optimizer (<see cref="PretrainOptions.Optimizer"/>).
    /// </summary>
    public Func<IReadOnlyList<TrainedParameter>, Optimizer>? CustomOptimizer { get; init; }

    /// <summary>Trains and writes a run directory.</summary>
    /// <remarks>
    /// On Linux, a single process trains on a separate thread with bound cores (docs/decisions/007) while the caller's
    /// thread waits. With several processes, each trains on its caller's thread. <see cref="Progress"/>,
    /// <see cref="Logger"/> and a custom encoder are called from the training thread; a custom augmentation is called
    /// from the loading threads, several at once. Anything tied to the caller's thread (a window, thread-static values)
    /// must be marshaled to it. Exceptions are thrown on the caller's thread.
    /// </remarks>
    /// <param name="images">The training images. Labels are used for progress only.</param>
    /// <param name="runDirectory">The directory for the files of the run.</param>
    /// <param name="resume">Whether to resume the run in the directory, bit-exactly.</param>
    /// <param name="cancellation">
    /// Stops the run: finishes the current step, writes a checkpoint and throws
    /// <see cref="OperationCanceledException"/>.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// There is already a run in the directory, another process is using the directory, or the device is missing.
    /// </exception>
    /// <exception cref="CommunicationException">
    /// The processes cannot reach each other, or compute different results.
    /// </exception>
    /// <exception cref="DataException">There are too few images, or too many that cannot be read.</exception>
    /// <exception cref="DivergenceException">The loss or a gradient is not finite.</exception>
    /// <exception cref="ResumeMismatchException">
    /// The run in the directory was started with a different configuration or on different data.
    /// </exception>
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
            Encoder = CustomEncoder,
            Head = CustomHead,
            Loss = CustomLoss,
            Optimizer = CustomOptimizer,
            Augmentation = CustomAugmentation,
        };
        var session = new TrainingSession(
            options, RunRecord.Pretraining, device => ContrastiveTask.Create(options, device, custom))
        {
            Custom = custom,
            Logger = Logger,
            Progress = Progress,
            Communicator = Communicator,
        };
        return session.Run(images, runDirectory, resume, cancellation);
    }

    /// <summary>Trains on a separate thread.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public Task<PretrainResult> RunAsync(
        ImageDataSet images, string runDirectory, bool resume = false, CancellationToken cancellation = default)
        => LongTask.Run(() => Run(images, runDirectory, resume, cancellation));
}
