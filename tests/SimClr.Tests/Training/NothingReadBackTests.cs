using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Augmentation;
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

    [Theory]
    [InlineData("lars", Images, "fp32")]
    [InlineData("sgd", Images, "fp32")]
    [InlineData("adamw", Images, "fp32")]
    [InlineData("lars", Images, "bf16")]
    [InlineData("lars", 3, "fp32")]   // 2 + 3 + 3
    public void A_step_reads_nothing(string optimizer, int micro, string precision)
        => Step(TinyRun.Options with { Optimizer = new OptimizerOptions { Name = optimizer, PeakRate = 1 }, Precision = precision }, micro);

    [Theory]
    [InlineData("nt-logistic", false)]
    [InlineData("nt-logistic", true)]
    [InlineData("margin", false)]
    [InlineData("margin", true)]
    public void Nor_does_one_with_another_loss(string name, bool semiHard)
        => Step(TinyRun.Options with { Loss = new LossOptions { Name = name, SemiHard = semiHard } }, Images);

    [Fact]
    public void Nor_do_views_that_are_made_on_the_device()
    {
        var options = new ViewOptions { Size = 12, JitterProbability = 1, GrayProbability = 0.5, BlurProbability = 1, Normalize = "imagenet" };
        RgbImage[] images = [RandomImages.Noise(30, 20, 1), RandomImages.Noise(30, 20, 2), RandomImages.Noise(9, 40, 3)];
        ViewParameters[] draws = [.. images.Select((image, i) => ViewParameters.Draw(options, image.Width, image.Height, 1, 0, i, 0))];
        using var views = new DeviceViews(options, 1, Meta, ScalarType.BFloat16);
        Assert.Equal([3, 3, 12, 12], views.Render(images, draws).shape);
    }

    private static void Step(PretrainOptions options, int micro)
    {
        using ContrastiveTask task = ContrastiveTask.Create(options with { Batch = new BatchOptions { Size = Images } }, Meta, null);
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
            ScalarType type = options.Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
            Tensor pixels = empty([2 * part.Length, options.Views.Size, options.Views.Size, 3], type, device(Meta));
            return new ViewBatch(pixels.permute(0, 3, 1, 2), [.. part, .. part]);
        });
        guard.Observe(batch.Loss, optimizer);
        optimizer.Step(0.1);

        Assert.Equal([2 * Images, options.Head.Output], batch.Z.shape);
        Assert.Equal(Meta, batch.Loss.device.ToString());
        Assert.All(optimizer.Gradients, gradient => Assert.Equal(Meta, gradient.device.ToString()));
    }
}
