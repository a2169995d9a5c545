using System.Diagnostics;
using SimClr.Internals;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Internals;

public sealed class DeviceMemoryTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void On_the_processor_it_is_the_memory_of_the_process()
    {
        Assert.Null(DeviceMemory.Query(CPU));
        Assert.InRange(DeviceMemory.UsedBytes(CPU), Environment.WorkingSet / 2, Environment.WorkingSet * 2);
    }

    [Fact]
    public void A_missing_device_reports_nothing()
    {
        var none = new Device(DeviceType.CUDA, 999);
        Assert.Null(DeviceMemory.Query(none));
        Assert.True(DeviceMemory.UsedBytes(none) > 0);
    }

    [Fact]
    public void The_peak_is_seen()
    {
        long before = DeviceMemory.UsedBytes(CPU);
        double peak = ResidentPeak.Measure(
            () =>
            {
                // Large and long enough to be seen beside other tests, which free memory and take time.
                using Tensor large = ones(256 * Megabyte, ScalarType.Byte, CPU);
                Thread.Sleep(200);
            },
            CPU);
        Assert.InRange(peak - before, 64 * Megabyte, double.MaxValue);
    }

    [Fact]
    public void The_clock_of_the_processor_is_the_stopwatch()
    {
        long first = Stopwatch.GetTimestamp();
        long second = DeviceClock.Now(CPU);
        Assert.InRange(second, first, Stopwatch.GetTimestamp());
    }
}
