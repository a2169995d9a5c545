using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>
/// A training step on libtorch's device "meta", whose tensors have shapes and no values: whatever would read a value back
/// to the host, and so make a GPU wait, fails there.
/// </summary>
public sealed class NothingReadBackTests : IDisposable
{
    private const int Images = 8;
    private const string Meta = "meta";

    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_value_cannot_be_read_there()
    {
        Tensor sum = ones(3, device: device(Meta)).sum();
        Assert.ThrowsAny<Exception>(() => sum.item<float>());
    }

    // Convolution and LARS are left out: libtorch has no kernels for them (convolution, index_select) on this device.
    [Theory]
    [InlineData("sgd", "nt-xent", Images)]
    [InlineData("adamw", "nt-xent", Images)]
    [InlineData("sgd", "nt-xent", 3)]   // 2 + 3 + 3
    [InlineData("sgd", "nt-logistic", Images)]
    [InlineData("sgd", "margin", 3)]
    public void A_step_reads_nothing(string optimizer, string loss, int micro)
        => Step(TinyRun.Options with { Optimizer = new OptimizerOptions { Name = optimizer, PeakRate = 1 }, Loss = new LossOptions { Name = loss } }, micro);

    private static void Step(PretrainOptions options, int micro)
    {
        int side = options.Views.Size;
        using nn.Module<Tensor, Tensor> encoder = nn.Sequential(nn.Flatten(), nn.Linear(3 * side * side, 16));
        using ContrastiveTask task = ContrastiveTask.Create(options with { Batch = new BatchOptions { Size = Images } }, Meta, encoder);
        using Optimizer optimizer = OptimizerCatalog.Create(options.Optimizer, ParameterGroups.Of(task.Model));
        using var guard = new DivergenceGuard(0, device(Meta));
        IGradientStep gradients = task.Step(Images, micro);
        task.Model.train();
        var parts = new Queue<int[]>(MicroBatches.Split([.. Enumerable.Range(0, Images)], micro));
        using var step = NewDisposeScope();
        optimizer.ZeroGradients();
        StepOutcome batch = gradients.Compute(() =>
        {
            int[] part = parts.Dequeue();
            Tensor pixels = empty([2 * part.Length, side, side, 3], ScalarType.Float32, device(Meta));
            return new ViewBatch(pixels.permute(0, 3, 1, 2), [.. part, .. part]);
        });
        guard.Observe(batch.Loss, optimizer);
        optimizer.Step(0.1);

        Assert.Equal([2 * Images, options.Head.Output], batch.Z.shape);
        Assert.Equal(Meta, batch.Loss.device.ToString());
        Assert.All(optimizer.Gradients, gradient => Assert.Equal(Meta, gradient.device.ToString()));
    }
}
