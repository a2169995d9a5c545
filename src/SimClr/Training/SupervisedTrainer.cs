using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// The supervised baseline (paper, Tables 1 and B.3): the encoders, augmentations, optimizers and schedules of
/// pre-training, with one view of each image and the cross-entropy of its class. The configuration is that of
/// pre-training; its section <c>head</c> is ignored, and so is <c>loss</c> except for label smoothing.
/// </summary>
public sealed class SupervisedTrainer
{
    private readonly PretrainOptions options;

    /// <summary>Creates a trainer.</summary>
    /// <exception cref="ConfigurationException">Two options contradict each other.</exception>
    public SupervisedTrainer(PretrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = TrainingSession.Validate(options);
        if (options.OnlineLinear)
        {
            throw new ConfigurationException(
                "online_linear is on, but a supervised run trains a linear layer on h anyway; leave it out");
        }
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
    /// Trains and writes a run directory like that of pre-training, with <c>classifier.safetensors</c>.
    /// </summary>
    /// <inheritdoc cref="Pretrainer.Run" path="/remarks"/>
    /// <param name="images">The labeled images, of at least two classes.</param>
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
    /// <exception cref="DataException">
    /// Labels are missing or all name one class, there are too few images, or too many cannot be read.
    /// </exception>
    /// <exception cref="DivergenceException">The loss or a gradient is not finite.</exception>
    /// <exception cref="ResumeMismatchException">
    /// The run in the directory was started with a different configuration or on different data.
    /// </exception>
    public PretrainResult Run(
        ImageDataSet images, string runDirectory, bool resume = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        LabeledImages.RequireClasses(images);
        var session = new TrainingSession(
            options, RunRecord.Supervision, device => SupervisedTask.Create(options, images, device))
        {
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
