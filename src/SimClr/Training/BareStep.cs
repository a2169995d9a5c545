using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>Training steps on one fixed batch of random pixels: what a run costs when input, logging and checkpoints are free.</summary>
internal sealed class BareStep : IDisposable
{
    private readonly SimClrModel model;
    private readonly Optimizer optimizer;
    private readonly Tensor pixels;
    private readonly IContrastiveLoss loss;
    private readonly HostMemory memory = new();

    public BareStep(PretrainOptions options)
    {
        Plan = ComputePlan.Resolve(options, ownEncoder: false);
        set_num_threads(Plan.Threads);
        model = SimClrModel.Create(options, Plan.Device, ownEncoder: null);
        optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(model));
        pixels = Noise(2 * options.Batch.Size, options.Views.Size, Plan);
        loss = LossCatalog.Create(options.Loss);
        model.train();
    }

    /// <summary>Where and in what precision it computes.</summary>
    public ComputePlan Plan { get; }

    /// <summary>One step, finished when it returns.</summary>
    public void Run()
    {
        using var step = NewDisposeScope();
        (Tensor _, Tensor z) = model.forward(pixels);
        long n = z.shape[0] / 2;
        Tensor value = loss.Forward(z.narrow(0, 0, n), z.narrow(0, n, n));
        optimizer.ZeroGradients();
        value.backward();
        optimizer.Step(1e-3);
        _ = value.item<float>();   // waits for the device
    }

    public void Dispose()
    {
        optimizer.Dispose();
        model.Dispose();
        pixels.Dispose();
        memory.Dispose();
    }

    /// <summary>[2N, 3, S, S] in channels-last order and in the precision of the plan.</summary>
    private static Tensor Noise(int views, int size, ComputePlan plan)
    {
        using var scope = NewDisposeScope();
        using var memory = new PixelTensor(views, size, plan.Device, plan.InputType);
        var random = new RandomStream(0, Purpose.Sample);
        float[] values = new float[views * 3 * size * size];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.NextDouble();
        }

        return memory.Fill(values, views).MoveToOuterDisposeScope();
    }
}
