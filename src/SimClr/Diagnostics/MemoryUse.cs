using SimClr.Internals;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Diagnostics;

/// <summary>
/// Memory in use where the tensors of a device lie: by this process on the processor, by all processes on a CUDA
/// device (with what
/// libtorch keeps for later tensors).
/// </summary>
public static class MemoryUse
{
    /// <summary>Bytes in use now.</summary>
    /// <param name="device">The device.</param>
    public static long Now(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return DeviceMemory.UsedBytes(device);
    }

    /// <summary>The most bytes in use while something runs, sampled every millisecond.</summary>
    /// <param name="action">What runs.</param>
    /// <param name="device">The device.</param>
    public static double Peak(Action action, Device device)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(device);
        return ResidentPeak.Measure(action, device);
    }
}
