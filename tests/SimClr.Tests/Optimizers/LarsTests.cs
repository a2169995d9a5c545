using System.Text.Json;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Optimizers;
using SimClr.Tests.Golden;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using OptimizerOptions = SimClr.Optimizers.OptimizerOptions;

namespace SimClr.Tests.Optimizers;

public sealed class LarsTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Five_steps_equal_the_reference_for_each_weight_decay(int index)
    {
        JsonElement golden = GoldenFile.Read("lars.json")[index];
        JsonElement[] values = [.. golden.GetProperty("parameters").EnumerateArray()];
        TrainedParameter[] parameters = [.. values.Select(p => new TrainedParameter(
            p.GetProperty("name").GetString()!,
            new Parameter(p.GetProperty("initial").Tensor()),
            p.GetProperty("excluded").GetBoolean()))];
        using var lars = new Lars(
            parameters,
            golden.GetProperty("momentum").GetDouble(),
            golden.GetProperty("weight_decay").GetDouble(),
            golden.GetProperty("trust_coefficient").GetDouble());

        double[] rates = golden.GetProperty("learning_rate").Numbers();
        for (int step = 0; step < rates.Length; step++)
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value.grad = values[i].GetProperty("gradients")[step].Tensor();
            }

            lars.Step(rates[step]);
            for (int i = 0; i < parameters.Length; i++)
            {
                Tensor expected = values[i].GetProperty("values")[step].Tensor();
                Assert.True(
                    parameters[i].Value.LargestDifference(expected) < 1e-12, $"{parameters[i].Name}, step {step}");
            }
        }
    }

    [Fact]
    public void Biases_and_batch_norm_are_excluded_and_frozen_parameters_are_not_trained()
    {
        var module = nn.Sequential(("linear", nn.Linear(3, 2)), ("bn", nn.BatchNorm1d(2)));
        ((BatchNorm1d)module[1]).bias!.requires_grad = false;
        var parameters = ParameterGroups.FromModule(module);
        Assert.Equal(["linear.weight", "linear.bias", "bn.weight"], parameters.Select(p => p.Name));
        Assert.Equal([false, true, true], parameters.Select(p => p.Excluded));
    }

    // Computed by hand: v₁ = 0.5·g₁, w₁ = −v₁; v₂ = 0.9·v₁ + 0.25·g₂, w₂ = w₁ − v₂.
    [Fact]
    public void A_layer_that_starts_at_zero_takes_the_steps_of_plain_momentum()
    {
        using var layer = new LinearClassifier(2, 2);
        using Optimizer lars = OptimizerCatalog.Create(
            new OptimizerOptions { WeightDecay = 0.5 }, ParameterGroups.FromModule(layer));
        Tensor weight = layer.get_parameter("layer.weight")!;
        Tensor bias = layer.get_parameter("layer.bias")!;

        Step(0.5, [1, 2, 3, 4], [1, -1]);
        Assert.Equal([-0.5f, -1, -1.5f, -2], weight.data<float>());
        Step(0.25, [2, 0, 0, 2], [0, 2]);
        Assert.Equal([-1.45f, -1.9f, -2.85f, -4.3f], [.. weight.data<float>()], (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([-0.95f, 0.45f], [.. bias.data<float>()], (a, b) => Math.Abs(a - b) < 1e-6);

        void Step(double rate, float[] gradient, float[] biasGradient)
        {
            lars.ZeroGradients();
            weight.grad!.copy_(tensor(gradient, 2, 2));
            bias.grad!.copy_(tensor(biasGradient));
            lars.Step(rate);
        }
    }

    [Theory]
    [InlineData("lars", true)]
    [InlineData("sgd", false)]
    [InlineData("adamw", false)]
    public void Weights_that_start_at_zero_are_excluded_under_LARS_alone(string name, bool excluded)
    {
        var module = nn.Sequential(("zero", new LinearClassifier(3, 2)), ("random", nn.Linear(2, 2, hasBias: false)));
        using Optimizer optimizer = OptimizerCatalog.Create(
            new OptimizerOptions { Name = EnumText.Parse<OptimizerName>(name) }, ParameterGroups.FromModule(module));
        Assert.Equal([excluded, true, false], optimizer.Parameters.Select(p => p.Excluded));
    }

    [Fact]
    public void Weight_decay_0_does_not_turn_the_adaptation_off()
    {
        var parameter = new TrainedParameter("w", new Parameter(ones(1, 4)), Excluded: false);
        using var lars = new Lars([parameter], momentum: 0, weightDecay: 0, trustCoefficient: 0.001);
        parameter.Value.grad = ones(1, 4).mul(100);
        lars.Step(1);

        // The trust ratio makes the step 0.001 of the weight's norm, whatever the size of the gradient.
        Assert.Equal(0.999, parameter.Value[0, 0].item<float>(), 1e-6);
    }

    [Fact]
    public void Parameters_without_a_gradient_stay()
    {
        var parameter = new TrainedParameter("w", new Parameter(ones(2, 2)), Excluded: false);
        using var lars = new Lars([parameter]);
        lars.Step(1);
        Assert.Equal(4, parameter.Value.sum().item<float>());
    }
}
