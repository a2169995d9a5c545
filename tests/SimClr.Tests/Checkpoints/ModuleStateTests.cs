using SimClr.Checkpoints;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

public sealed class ModuleStateTests
{
    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Weights_of_another_precision_are_accepted(ScalarType dtype)
    {
        using Tensor target = zeros(2);
        using Tensor value = tensor([0.5f, -2]).to_type(dtype);

        Load(target, value);

        Assert.Equal([0.5f, -2], target.data<float>().ToArray());
        Assert.Equal(ScalarType.Float32, target.dtype);
    }

    [Theory]
    [InlineData(ScalarType.Int32, ScalarType.Float32)]
    [InlineData(ScalarType.Bool, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Int64)]
    public void Integers_for_fractions_and_fractions_for_integers_are_refused(ScalarType dtype, ScalarType expected)
    {
        using Tensor target = zeros(2, dtype: expected);
        using Tensor value = ones(2, dtype: dtype);

        var error = Assert.Throws<DataException>(() => Load(target, value));

        Assert.Contains($"'w' holds {dtype}, the model expects {expected}", error.Message);
        Assert.Equal(0, target.to_type(ScalarType.Float32).sum().item<float>());
    }

    private static void Load(Tensor target, Tensor value) => ModuleState.Load(
        [KeyValuePair.Create("w", target)], new Dictionary<string, Tensor> { ["w"] = value }, "file");
}
