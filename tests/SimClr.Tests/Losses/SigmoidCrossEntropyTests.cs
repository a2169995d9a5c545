using SimClr.Internals;
using SimClr.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Losses;

public sealed class SigmoidCrossEntropyTests : IDisposable
{
    private const int Images = 5;
    private const int Classes = 4;

    // All three kinds of mark in each class; nothing counts in the last image.
    private static readonly sbyte[] Marks = [1, -1, 0, -1, -1, 1, 1, 0, 0, 0, -1, 1, 1, -1, 1, -1, 0, 0, 0, 0];

    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void It_equals_a_slow_loop_and_difficult_marks_have_no_gradient()
    {
        double[] z = Logits();
        Tensor logits = tensor(z, [Images, Classes]).requires_grad_();
        Tensor loss = SigmoidCrossEntropy.Compute(logits, All());
        loss.backward();

        double sum = 0;
        double[] gradient = [.. logits.grad!.data<double>()];
        for (int i = 0; i < z.Length; i++)
        {
            int t = Marks[i];
            sum += t == 0 ? 0 : Math.Log(1 + Math.Exp(-t * z[i]));
            Assert.Equal(t == 0 ? 0 : -t / (1 + Math.Exp(t * z[i])) / Images, gradient[i], 1e-12);
        }

        Assert.Equal(sum / Images, loss.item<double>(), 1e-12);
        Assert.All(Marks.Index().Where(mark => mark.Item == 0), mark => Assert.Equal(0, gradient[mark.Index]));
    }

    [Fact]
    public void The_logit_of_a_difficult_mark_changes_nothing()
    {
        double[] z = Logits();
        double expected = SigmoidCrossEntropy.Compute(tensor(z, [Images, Classes]), All()).item<double>();
        double[] other = [.. z.Select((value, i) => Marks[i] == 0 ? 1000 - value : value)];
        Assert.Equal(expected, SigmoidCrossEntropy.Compute(tensor(other, [Images, Classes]), All()).item<double>());
    }

    [Fact]
    public void Parts_of_a_batch_add_up_to_the_whole()
    {
        Tensor logits = tensor(Logits(), [Images, Classes]);
        double whole = SigmoidCrossEntropy.Compute(logits, All()).item<double>();
        double first = SigmoidCrossEntropy.Compute(logits.narrow(0, 0, 2), All().narrow(0, 0, 2)).item<double>();
        double second = SigmoidCrossEntropy.Compute(logits.narrow(0, 2, 3), All().narrow(0, 2, 3)).item<double>();
        Assert.Equal(whole, ((2 * first) + (3 * second)) / 5, 1e-12);
    }

    [Fact]
    public void Logits_far_from_zero_stay_finite()
    {
        Tensor far = All(ScalarType.Float32).mul(-1000).requires_grad_();
        Tensor loss = SigmoidCrossEntropy.Compute(far, All(ScalarType.Float32));
        loss.backward();
        Assert.Equal(1000.0 * Marks.Count(mark => mark != 0) / Images, loss.item<float>(), 1e-3);
        Assert.True(far.grad!.isfinite().all().item<bool>());
    }

    private static Tensor All(ScalarType type = ScalarType.Float64) => tensor(Marks, [Images, Classes]).to_type(type);

    private static double[] Logits()
    {
        var random = new RandomStream(7, Purpose.Probe);
        return [.. Marks.Select(_ => 3 * random.NextNormal())];
    }
}
