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
/// pre-training; its sections <c>head</c> and <c>loss</c> have no part in it.
/// </summary>
public sealed class SupervisedTrainer
{
    private readonly PretrainOptions options;

    /// <summary>Takes the configuration.</summary>
    /// <exception cref="ConfigurationException">Two values contradict each other.</exception>
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

    /// <summary>Where notices and warnings go.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Told at every logged step.</summary>
    public IProgress<PretrainProgress>? Progress { get; init; }

    /// <summary>
    /// The processes that share the run; one by default. All call <see cref="Run"/> with the same arguments; the first writes
    /// the run directory and reports.
    /// </summary>
    public ICommunicator Communicator { get; init; } = SingleProcess.Instance;

    /// <summary>Trains, and leaves a run directory like that of pre-training, with <c>classifier.safetensors</c>.</summary>
    /// <inheritdoc cref="Pretrainer.Run" path="/remarks"/>
    /// <param name="images">Labeled images of two classes or more.</param>
    /// <param name="runDirectory">Where the run keeps its files.</param>
    /// <param name="resume">Whether to go on with the run that is there, bit-exactly.</param>
    /// <param name="cancellation">Finishes the step, writes a checkpoint and throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ConfigurationException">There is a run already, another process is at work in it, or the device is missing.</exception>
    /// <exception cref="CommunicationException">The processes could not reach each other, or do not compute the same.</exception>
    /// <exception cref="DataException">No labels, one class only, too few images, or too many that cannot be read.</exception>
    /// <exception cref="DivergenceException">The loss or a gradient is not finite.</exception>
    /// <exception cref="ResumeMismatchException">The run there was started with another configuration or other data.</exception>
    public PretrainResult Run(
        ImageDataSet images, string runDirectory, bool resume = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        LabeledImages.RequireClasses(images);
        var session = new TrainingSession(options, RunRecord.Supervision, device => SupervisedTask.Create(options, images, device))
        {
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
