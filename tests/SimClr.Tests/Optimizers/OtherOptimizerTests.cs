using SimClr.Internals;
using SimClr.Optimizers;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Optimizers;

public sealed class OtherOptimizerTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Sgd_equals_libtorch_with_nesterov_momentum()
        => AssertEqualPaths(
            p => new Sgd([p], momentum: 0.9, weightDecay: 0.01),
            p => optim.SGD([p], learningRate: 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true));

    [Fact]
    public void AdamW_equals_libtorch()
        => AssertEqualPaths(
            p => new AdamW([p], beta1: 0.9, weightDecay: 0.01),
            p => optim.AdamW([p], lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.01));

    [Theory]
    [InlineData("lars", typeof(Lars))]
    [InlineData("sgd", typeof(Sgd))]
    [InlineData("adamw", typeof(AdamW))]
    public void Optimizers_go_by_name(string name, Type type)
    {
        using Optimizer optimizer = OptimizerCatalog.Create(
            new OptimizerOptions { Name = EnumText.Parse<OptimizerName>(name) }, []);
        Assert.IsType(type, optimizer);
    }

    private static void AssertEqualPaths(
        Func<TrainedParameter, Optimizer> ours, Func<TorchSharp.Modules.Parameter, optim.Optimizer> theirs)
    {
        using var generator = new Generator(1);
        Tensor start = randn([3, 2], dtype: ScalarType.Float64, generator: generator);
        var own = new TorchSharp.Modules.Parameter(start.clone());
        var other = new TorchSharp.Modules.Parameter(start.clone());
        using Optimizer optimizer = ours(new TrainedParameter("w", own, Excluded: false));
        using optim.Optimizer reference = theirs(other);
        for (int step = 0; step < 5; step++)
        {
            Tensor gradient = randn([3, 2], dtype: ScalarType.Float64, generator: generator);
            own.grad = gradient;
            other.grad = gradient.clone();
            optimizer.Step(0.1);
            reference.step();
            Assert.True(own.LargestDifference(other) < 1e-12, $"step {step}");
        }
    }
}
