using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>Time as a device takes it. A GPU is told what to do and the call returns; only when it was waited for is it done.</summary>
internal static class DeviceClock
{
    /// <summary>The time stamp (<see cref="Stopwatch"/>) at which the device has done all that it was told before.</summary>
    public static long Now(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
            CheckForErrors();   // TorchSharp leaves it to the caller
        }

        return Stopwatch.GetTimestamp();
    }
}
