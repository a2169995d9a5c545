using SimClr.Internals;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

/// <summary>libtorch's two switches for TF32, which exist without CUDA too.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class Float32ProductsTests : IDisposable
{
    private readonly int threads = get_num_threads();

    public void Dispose()
    {
        Float32Products.Rounded = false;
        set_num_threads(threads);
    }

    [Theory]
    [InlineData("fp32", false)]
    [InlineData("tf32", true)]
    [InlineData("bf16", false)]
    public void A_plan_on_cuda_rounds_as_configured_until_it_ends(string precision, bool expected)
    {
        Float32Products.Rounded = !expected;
        var plan = new ComputePlan("cuda:1", precision, threads);
        plan.Begin();
        Assert.Equal((expected, expected), (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32));
        plan.End();
        Assert.Equal((false, false), (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32));
    }

    [Fact]
    public void A_plan_on_another_device_leaves_the_switches_alone_and_explains_tf32()
    {
        Float32Products.Rounded = true;
        var plan = new ComputePlan("cpu", "tf32", threads);
        plan.Begin();
        Assert.True(Float32Products.Rounded);
        Assert.Equal("tf32 (which is fp32 on cpu)", plan.PrecisionText);
        Assert.Equal(ScalarType.Float32, plan.InputType);
    }
}
