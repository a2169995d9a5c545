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
/// The whole configuration of a pre-training run: one object, the same in a preset, in a configuration file, in
/// an assignment such as <c>loss.temperature=0.1</c>, and in <c>run.json</c> (names there in snake_case). The defaults are the paper's
/// for ImageNet.
/// </summary>
public sealed record PretrainOptions
{
    /// <summary>How views are made.</summary>
    public ViewOptions Views { get; init; } = new();

    /// <summary>The encoder f.</summary>
    public EncoderOptions Encoder { get; init; } = new();

    /// <summary>The projection head g.</summary>
    public HeadOptions Head { get; init; } = new();

    /// <summary>The contrastive loss.</summary>
    public LossOptions Loss { get; init; } = new();

    /// <summary>The optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Epochs and warm-up.</summary>
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>Batch size.</summary>
    public BatchOptions Batch { get; init; } = new();

    /// <summary>When checkpoints are written.</summary>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <summary>How images are read.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>
    /// <c>auto</c> (default), <c>fp32</c>, <c>tf32</c> or <c>bf16</c>: what encoder and head compute in. <c>tf32</c> is float32
    /// whose products and convolutions round their factors to 10 bits on CUDA (Ampere and later); elsewhere it is fp32.
    /// Weights, batch-norm statistics, loss and optimizer are always float32 (with <c>tf32</c> the products in the loss round, too).
    /// </summary>
    public Precision Precision { get; init => field = Require.Defined(value); } = Precision.Auto;

    /// <summary>
    /// Where views are made: <c>cpu</c> (default; by the threads that decode) or <c>device</c> (as tensor work where the
    /// run computes; the same views within rounding).
    /// </summary>
    public AugmentationPlace AugmentOn { get; init => field = Require.Defined(value); } = AugmentationPlace.Cpu;

    /// <summary>
    /// Whether a linear layer is trained on h along the way, with the gradient stopped (default false; needs labels): the
    /// encoder comes out the same, and its accuracy is seen while it learns.
    /// </summary>
    public bool OnlineLinear { get; init; }

    /// <summary>Fixes initial weights, order, views. Default 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// <c>auto</c> (default), <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>mps</c>. <c>auto</c> and <c>cuda</c> give each of
    /// several ranks on a machine a CUDA device of its own.
    /// </summary>
    [MayDiffer(Between.Sessions)]
    public string Device { get; init => field = Require.Device(value); } = "auto";

    /// <summary>Threads of the tensor library; 0 (default) for one per core.</summary>
    [MayDiffer(Between.Sessions | Between.Ranks)]
    public int Threads { get; init => field = Require.NonNegative(value); }

    /// <summary>Checks the rules across fields and sections.</summary>
    /// <exception cref="ArgumentException">Two values contradict each other.</exception>
    public void Validate()
    {
        Views.Validate();
        Batch.Validate();
        Loss.Validate();
        if (Schedule.WarmupEpochs >= Schedule.Epochs)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"schedule.warmup_epochs is {Schedule.WarmupEpochs} and schedule.epochs is {Schedule.Epochs}; warm-up must end before training does. Lower it, for example with schedule.warmup_epochs=0, or train for more epochs"));
        }
    }
}
