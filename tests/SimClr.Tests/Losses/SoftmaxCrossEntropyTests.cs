using System.Text.Json;
using SimClr.Losses;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

public sealed class SoftmaxCrossEntropyTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void It_has_the_value_and_gradient_of_the_definition()
    {
        JsonElement golden = GoldenFile.Read("label_smoothing.json");
        Tensor labels = golden.GetProperty("labels").Tensor(ScalarType.Int64);
        Assert.Equal(4, golden.GetProperty("cases").GetArrayLength());
        foreach (JsonElement expected in golden.GetProperty("cases").EnumerateArray())
        {
            Tensor logits = golden.GetProperty("logits").Tensor().requires_grad_();
            Tensor loss = SoftmaxCrossEntropy.Compute(logits, labels, expected.GetProperty("smoothing").GetDouble());
            loss.backward();
            Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<double>(), 1e-12);
            Assert.InRange(logits.grad!.LargestDifference(expected.GetProperty("gradient").Tensor()), 0, 1e-12);
        }
    }

    [Fact]
    public void Without_smoothing_the_bits_are_those_of_plain_cross_entropy()
    {
        Tensor logits = rand(64, 10);
        Tensor labels = arange(64, dtype: ScalarType.Int64).remainder(tensor(10L));
        Assert.Equal(
            nn.functional.cross_entropy(logits, labels).item<float>(),
            SoftmaxCrossEntropy.Compute(logits, labels, 0).item<float>());
    }

    [Fact]
    public void Parts_of_a_batch_add_up_to_the_whole()
    {
        Tensor logits = rand(5, 3, dtype: ScalarType.Float64);
        Tensor labels = tensor(new long[] { 0, 2, 1, 1, 0 });
        double Loss(int start, int count) => SoftmaxCrossEntropy
            .Compute(logits.narrow(0, start, count), labels.narrow(0, start, count), 0.2).item<double>();
        Assert.Equal(Loss(0, 5), ((2 * Loss(0, 2)) + (3 * Loss(2, 3))) / 5, 1e-12);
    }
}
