using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Training steps on one fixed batch of random pixels: the cost of a run without input, logging and checkpoints.
/// </summary>
public sealed class SyntheticStep : IDisposable
{
    private readonly SimClrModel model;
    private readonly Optimizer optimizer;
    private readonly Tensor pixels;
    private readonly Tensor images;
    private readonly ContrastiveStep gradients;
    private readonly MallocTuning memory = new();

    /// <summary>Creates the model, the optimizer and the batch.</summary>
    /// <param name="options">The configuration of the run.</param>
    public SyntheticStep(PretrainOptions options)
    {
        Plan = ComputePlan.Resolve(options, customEncoder: false);
        Plan.Begin();
        model = SimClrModel.Create(options, Plan.Device, customEncoder: null);
        optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.FromModule(model));
        pixels = Noise(2 * options.Batch.Size, options.Views.Size, Plan);
        images = empty([0], ScalarType.Int64, device(Plan.Device)).DetachFromDisposeScope();
        gradients = new ContrastiveStep(model, new BatchLoss(LossCatalog.Create(options.Loss)), World.Solo);
        model.train();
    }

    /// <summary>The device and precision.</summary>
    public ComputePlan Plan { get; }

    /// <summary>Runs one step, and returns when the device has finished it.</summary>
    public void Run()
    {
        using var step = NewDisposeScope();
        optimizer.ZeroGradients();
        StepOutcome outcome = gradients.Compute(() => new ViewBatch(pixels, images));
        optimizer.Step(1e-3);
        _ = outcome.Loss.item<float>();   // waits for the device
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        model.Dispose();
        pixels.Dispose();
        images.Dispose();
        memory.Dispose();
        Plan.End();
    }

    /// <summary>
    /// Creates a batch of waves that do not repeat, [2N, 3, S, S], in channels-last order and in the precision of the
    /// plan.
    /// </summary>
    private static Tensor Noise(long views, long size, ComputePlan plan)
    {
        using var scope = NewDisposeScope();
        Tensor waves = arange(
            RootedScalars.Zero, RootedScalars.From(views * size * size * 3), RootedScalars.One, ScalarType.Float32, CPU)
            .mul_(RootedScalars.From(0.7548777))
            .sin_()
            .add_(RootedScalars.One, RootedScalars.One)
            .div_(RootedScalars.Two);
        return waves.reshape(views, size, size, 3)
            .to(plan.InputType, device(plan.Device))
            .permute(0, 3, 1, 2)
            .MoveToOuterDisposeScope();
    }
}
