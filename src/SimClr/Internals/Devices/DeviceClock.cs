using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Time on a device. A GPU works asynchronously: a call returns at once, and its work is complete only after a
/// synchronization.
/// </summary>
internal static class DeviceClock
{
    /// <summary>
    /// Waits for all work queued on the device and returns the time stamp (<see cref="Stopwatch"/>).
    /// </summary>
    public static long Now(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
            CheckForErrors();   // TorchSharp leaves this to the caller
        }

        return Stopwatch.GetTimestamp();
    }
}
