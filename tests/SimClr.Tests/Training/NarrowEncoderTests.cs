using SimClr.Configuration;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class NarrowEncoderTests
{
    /// <summary>In channels-last order oneDNN wrote past the end of its memory here, and the process crashed.</summary>
    [Theory]
    [InlineData(1.0 / 16)]
    [InlineData(0.3)]
    public void Channels_that_do_not_fill_a_vector_train_on_views_of_64_pixels(double width)
    {
        PretrainOptions demo = Presets.Load("demo");
        PretrainOptions options = demo with
        {
            Encoder = demo.Encoder with { Width = width },
            Views = demo.Views with { Size = 64 },
        };
        using SimClrModel model = SimClrModel.Create(options, TestDevice.Name, customEncoder: null);
        for (int step = 0; step < 3; step++)
        {
            using var scope = NewDisposeScope();
            (Tensor _, Tensor z) = model.forward(rand(32, 64, 64, 3).ToTestDevice().permute(0, 3, 1, 2));
            z.square().mean().backward();
            Assert.All(
                model.parameters(), p => Assert.False(p.grad is { } gradient && gradient.isnan().any().item<bool>()));
        }
    }
}
