using System.Globalization;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;

namespace SimClr.Configuration;

/// <summary>
/// The whole configuration of a pre-training run: one object with the same names (in snake_case) in presets,
/// configuration files, single assignments <c>section.key=value</c> and <c>run.json</c>. The defaults are the paper's
/// for ImageNet.
/// </summary>
public sealed record PretrainOptions
{
    /// <summary>The options of the views.</summary>
    public ViewOptions Views { get; init; } = new();

    /// <summary>The options of the encoder f.</summary>
    public EncoderOptions Encoder { get; init; } = new();

    /// <summary>The options of the projection head g.</summary>
    public HeadOptions Head { get; init; } = new();

    /// <summary>The options of the contrastive loss.</summary>
    public LossOptions Loss { get; init; } = new();

    /// <summary>The options of the optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>The number of epochs and the warm-up.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>The options of the batch.</summary>
    public BatchOptions Batch { get; init; } = new();

    /// <summary>The schedule of checkpoints.</summary>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <summary>The options for reading images.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>
    /// The precision of encoder and head: <c>auto</c>, <c>fp32</c>, <c>tf32</c> or <c>bf16</c>. <c>tf32</c> is float32,
    /// but on CUDA (Ampere and later) products and convolutions round their factors to 10 bits; elsewhere it equals
    /// fp32. Weights, batch-norm statistics, loss and optimizer are always float32 (with <c>tf32</c>, the products in
    /// the loss round too). Default: <c>auto</c>.
    /// </summary>
    public Precision Precision { get; init => field = Require.Defined(value); } = Precision.Auto;

    /// <summary>
    /// The place where views are made: <c>cpu</c> (on the threads that decode) or <c>device</c> (as tensor operations
    /// on the device of the run; the same views up to rounding). Default: <c>cpu</c>.
    /// </summary>
    public AugmentationPlace AugmentOn { get; init => field = Require.Defined(value); } = AugmentationPlace.Cpu;

    /// <summary>
    /// Whether to train a linear layer on h during pre-training, to report its accuracy; requires labels. The gradient
    /// is stopped before the encoder, which is therefore not affected. Default: false.
    /// </summary>
    public bool OnlineLinear { get; init; }

    /// <summary>The seed of initial weights, image order and views. Default: 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// The device: <c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>mps</c>. <c>auto</c> and <c>cuda</c> give
    /// each of several ranks on a machine its own CUDA device. Default: <c>auto</c>.
    /// </summary>
    [MayDiffer(Between.Sessions)]
    public string Device { get; init => field = Require.Device(value); } = "auto";

    /// <summary>The number of threads of the tensor library; 0 for one per core. Default: 0.</summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public int Threads { get; init => field = Require.NonNegative(value); }

    /// <summary>
    /// Returns these options for another number of epochs. A warm-up that does not fit is shortened in proportion.
    /// </summary>
    /// <param name="epochs">The number of epochs, above 0.</param>
    public PretrainOptions WithEpochs(int epochs)
    {
        ScheduleOptions schedule = Schedule with { Epochs = epochs };
        return this with
        {
            Schedule = schedule.WarmupEpochs < epochs ? schedule
                : schedule with { WarmupEpochs = Math.Floor(Schedule.WarmupEpochs * epochs / Schedule.Epochs) },
        };
    }

    /// <summary>Checks the rules across keys and sections.</summary>
    /// <exception cref="ArgumentException">Two values contradict each other.</exception>
    public void Validate()
    {
        Views.Validate();
        Batch.Validate();
        Loss.Validate();
        if (AugmentOn == AugmentationPlace.Device && Views.Library != ViewLibrary.PyTorch)
        {
            throw new ArgumentException(
                $"augment_on is device and views.library is {Views.Library.Text()}, whose operations run on the CPU; "
                    + "set augment_on to cpu, or use views.library=pytorch");
        }

        if (AugmentOn == AugmentationPlace.Device && Views.PlainView() is { } list)
        {
            throw new ArgumentException(
                $"the operations {list} of views are not available with augment_on device, which renders crop, flip, "
                    + "color, gray and blur, in this order; set augment_on to cpu");
        }

        if (Schedule.WarmupEpochs >= Schedule.Epochs)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"schedule.warmup_epochs is {Schedule.WarmupEpochs} and schedule.epochs is {Schedule.Epochs}; "
                    + $"warm-up must end before training does. Lower it, for example with "
                    + $"schedule.warmup_epochs=0, or train for more epochs"));
        }
    }
}
