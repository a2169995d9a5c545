using SimClr.Internals;
using SimClr.Optimizers;
using SimClr.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace SimClr.Tests.Optimizers;

public sealed class ParameterSlabTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Generator generator = new(3);

    public void Dispose()
    {
        generator.Dispose();
        scope.Dispose();
    }

    /// <summary>Sizes below, at, and above the length of a row; channels-last; and all zeros.</summary>
    public static TheoryData<string> Optimizers => ["lars", "sgd", "adamw"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Many_parameters_at_once_equal_each_alone(string name)
    {
        TrainedParameter[] together = Parameters();
        TrainedParameter[] alone = [.. together.Select(
            p => p with { Value = new Parameter(p.Value.detach().clone()) })];
        using Optimizer all = Create(name, together);
        Optimizer[] each = [.. alone.Select(p => Create(name, [p]))];
        for (int step = 0; step < 4; step++)
        {
            all.ZeroGradients();
            for (int i = 0; i < together.Length; i++)
            {
                Tensor gradient = i == 1
                    ? zeros_like(together[i].Value)
                    : randn(together[i].Value.shape, ScalarType.Float64, generator: generator);
                together[i].Value.grad!.add_(gradient);
                alone[i].Value.grad = gradient;
                each[i].Step(0.1);
            }

            all.Step(0.1);
            Assert.All(
                together.Zip(alone),
                pair => Assert.True(pair.First.Value.LargestDifference(pair.Second.Value) < 1e-13, pair.First.Name));
        }

        Array.ForEach(each, optimizer => optimizer.Dispose());
    }

    [Fact]
    public void Lars_equals_the_formula_written_out()
    {
        TrainedParameter[] parameters = Parameters();
        Tensor[] weights = [.. parameters.Select(p => p.Value.detach().clone())];
        Tensor[] velocities = [.. weights.Select(w => zeros_like(w))];
        using var lars = new Lars(parameters, momentum: 0.8, weightDecay: 0.01, trustCoefficient: 0.02);
        for (int step = 0; step < 3; step++)
        {
            lars.ZeroGradients();
            for (int i = 0; i < parameters.Length; i++)
            {
                Tensor g = randn(weights[i].shape, ScalarType.Float64, generator: generator);
                parameters[i].Value.grad!.add_(g);
                double ratio = 1;
                if (!parameters[i].Excluded)
                {
                    g = g + (0.01 * weights[i]);
                    double norm = weights[i].norm().item<double>();
                    ratio = norm > 0 ? 0.02 * norm / g.norm().item<double>() : 1;
                }

                velocities[i] = (0.8 * velocities[i]) + (0.3 * ratio * g);
                weights[i] = weights[i] - velocities[i];
            }

            lars.Step(0.3);
            Assert.All(
                parameters.Zip(weights),
                pair => Assert.True(pair.First.Value.LargestDifference(pair.Second) < 1e-13, pair.First.Name));
        }
    }

    [Fact]
    public void Parameters_keep_shape_strides_and_values()
    {
        TrainedParameter[] parameters = Parameters();
        (long[] Shape, long[] Strides, Tensor Values)[] before =
            [.. parameters.Select(p => (p.Value.shape, p.Value.stride(), p.Value.detach().clone()))];
        using var lars = new Lars(parameters);
        Assert.All(parameters.Zip(before), pair =>
        {
            Assert.Equal(pair.Second.Shape, pair.First.Value.shape);
            Assert.Equal(pair.Second.Strides, pair.First.Value.stride());
            Assert.Equal(0, pair.First.Value.LargestDifference(pair.Second.Values));
        });
    }

    [Fact]
    public void A_backward_pass_adds_to_the_slab_and_zeroing_clears_it()
    {
        using nn.Module<Tensor, Tensor> layer = nn.Linear(3, 2);
        using var sgd = new Sgd(ParameterGroups.FromModule(layer), momentum: 0);
        for (int step = 0; step < 2; step++)
        {
            sgd.ZeroGradients();
            layer.forward(ones(4, 3)).sum().backward();
            Assert.Equal(24 + 8, sgd.Gradients.Sum(g => g.sum().item<float>()));
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_parameter_without_a_gradient_stays_beside_others_that_have_one(string name)
    {
        TrainedParameter[] parameters = Parameters();
        using Optimizer optimizer = Create(name, parameters);
        Tensor[] state() => [.. optimizer.State.Where(s => s.Key.EndsWith(".wide", StringComparison.Ordinal))
            .Select(s => s.Value.clone())];
        optimizer.ZeroGradients();
        parameters[0].Value.grad!.fill_(1);
        optimizer.Step(0.1);

        (Tensor wide, Tensor other) = (parameters[0].Value.detach().clone(), parameters[2].Value.detach().clone());
        Tensor[] before = state();
        optimizer.ZeroGradients();
        parameters[0].Value.grad = null;
        parameters[2].Value.grad!.fill_(1);
        optimizer.Step(0.1);
        Assert.Equal(0, parameters[0].Value.LargestDifference(wide));
        Assert.All(state().Zip(before), pair => Assert.Equal(0, pair.First.LargestDifference(pair.Second)));
        Assert.True(parameters[2].Value.LargestDifference(other) > 0);
    }

    [Fact]
    public void The_state_can_be_copied_into_another_optimizer()
    {
        TrainedParameter[] first = Parameters();
        TrainedParameter[] second = [.. first.Select(p => p with { Value = new Parameter(p.Value.detach().clone()) })];
        using Optimizer one = Create("adamw", first);
        using Optimizer two = Create("adamw", second);
        Step(one, 1);
        foreach ((string name, Tensor value) in one.State)
        {
            two.State[name].copy_(value);
        }

        using (no_grad())
        {
            Array.ForEach([.. first.Zip(second)], pair => pair.Second.Value.copy_(pair.First.Value));
        }

        Step(one, 2);
        Step(two, 2);
        Assert.All(first.Zip(second), pair => Assert.Equal(0, pair.First.Value.LargestDifference(pair.Second.Value)));
    }

    private static void Step(Optimizer optimizer, double gradient)
    {
        optimizer.ZeroGradients();
        Array.ForEach([.. optimizer.Parameters], p => p.Value.grad!.fill_(gradient));
        optimizer.Step(0.1);
    }

    private static Optimizer Create(string name, IReadOnlyList<TrainedParameter> parameters)
        => OptimizerCatalog.Create(
            new OptimizerOptions
            {
                Name = EnumText.Parse<OptimizerName>(name),
                WeightDecay = 0.01,
                TrustCoefficient = 0.02,
            },
            parameters);

    private TrainedParameter[] Parameters()
    {
        Tensor Random(params long[] shape) => randn(shape, ScalarType.Float64, generator: generator);
        return
        [
            new("wide", new Parameter(Random(3, 1024)), Excluded: false),
            new("zero", new Parameter(zeros(5, 7, dtype: ScalarType.Float64)), Excluded: false),
            new("kernel", new Parameter(Random(16, 3, 3, 8).permute(0, 3, 1, 2)), Excluded: false),
            new("long", new Parameter(Random(41, 53)), Excluded: false),
            new("scale", new Parameter(Random(16)), Excluded: true),
            new("shift", new Parameter(Random(1500)), Excluded: true),
        ];
    }
}
