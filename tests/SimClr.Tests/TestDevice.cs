using static TorchSharp.torch;

namespace SimClr.Tests;

/// <summary>
/// Where the tests compute: <c>SIMCLR_TEST_DEVICE</c>, by default the processor. On a GPU sums are in another order from run to
/// run, so that what is the same to the bit on the processor is the same within a tolerance there.
/// </summary>
internal static class TestDevice
{
    private const double SameOnGpu = 1e-5;

    public static string Name { get; } = Environment.GetEnvironmentVariable("SIMCLR_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu";

    public static Device Device { get; } = device(Name);

    public static bool IsCpu => Device.type == TorchSharp.DeviceType.CPU;

    /// <summary>What two computations of the same may differ by, relative to the larger of 1 and the values.</summary>
    public static double Same => IsCpu ? 0 : SameOnGpu;

    /// <summary>The tensor where the tests compute.</summary>
    public static Tensor ToTestDevice(this Tensor values) => values.to(Device);

    /// <summary>Asserts that two tensors are the same: to the bit on the processor.</summary>
    public static void AssertSame(Tensor expected, Tensor got, string name = "")
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, got.shape);
        Assert.True(
            IsCpu ? expected.equal(got).all().item<bool>() : expected.to(got.device).allclose(got, Same, Same),
            name);
    }
}
