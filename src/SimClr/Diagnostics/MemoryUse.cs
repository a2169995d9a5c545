using SimClr.Internals;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.Diagnostics;

/// <summary>
/// Memory in use where the tensors of a device are stored: by this process on the CPU; by all processes on a CUDA
/// device, including the memory that libtorch keeps for later tensors.
/// </summary>
public static class MemoryUse
{
    /// <summary>Returns the number of bytes in use now.</summary>
    /// <param name="device">The device.</param>
    public static long Now(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return DeviceMemory.UsedBytes(device);
    }

    /// <summary>Returns the peak number of bytes in use while an action runs, sampled every millisecond.</summary>
    /// <param name="action">The action.</param>
    /// <param name="device">The device.</param>
    public static double Peak(Action action, Device device)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(device);
        return ResidentPeak.Measure(action, device);
    }
}
