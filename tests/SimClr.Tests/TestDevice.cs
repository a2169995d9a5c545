using static TorchSharp.torch;

namespace SimClr.Tests;

/// <summary>
/// The device of the tests: <c>SIMCLR_TEST_DEVICE</c>. Default: the processor. On a GPU the summation order differs
/// between runs, so results that are bit-identical on the processor are equal within a tolerance there.
/// </summary>
internal static class TestDevice
{
    private const double SameOnGpu = 1e-5;

    public static string Name { get; } =
        Environment.GetEnvironmentVariable("SIMCLR_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu";

    public static Device Device { get; } = device(Name);

    public static bool IsCpu => Device.type == TorchSharp.DeviceType.CPU;

    /// <summary>
    /// The tolerance between two runs of the same computation, relative to the larger of 1 and the values.
    /// </summary>
    public static double Same => IsCpu ? 0 : SameOnGpu;

    /// <summary>Moves the tensor to the device of the tests.</summary>
    public static Tensor ToTestDevice(this Tensor values) => values.to(Device);

    /// <summary>Asserts that two tensors are equal: bit for bit on the processor.</summary>
    public static void AssertSame(Tensor expected, Tensor got, string name = "")
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, got.shape);
        Assert.True(
            IsCpu ? expected.equal(got).all().item<bool>() : expected.to(got.device).allclose(got, Same, Same),
            name);
    }
}
