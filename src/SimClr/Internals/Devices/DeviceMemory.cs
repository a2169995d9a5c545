using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// The used memory of a device. TorchSharp does not report it for CUDA devices; NVIDIA's driver does.
/// </summary>
internal static unsafe class DeviceMemory
{
    private static readonly ConcurrentDictionary<int, nint> Contexts = new();

    /// <summary>
    /// Bytes in use in the memory that holds the tensors of the device: those of this process on the CPU (and on
    /// devices that do not report them); those of all processes on a CUDA device, including what libtorch keeps for
    /// later tensors.
    /// </summary>
    public static long UsedBytes(Device device)
        => Query(device) is (long free, long total) ? total - free : Environment.WorkingSet;

    /// <summary>
    /// Free and total bytes of a CUDA device; null for other devices, or if there is no driver.
    /// </summary>
    public static (long Free, long Total)? Query(Device device)
    {
        if (device.type != DeviceType.CUDA || CudaDriver.Function("cuDeviceGet") == 0)
        {
            return null;
        }

        nint context = Contexts.GetOrAdd(Math.Max(0, device.index), ContextOf);
        return context == 0 ? null : Query(context);
    }

    // Held until the process ends: if nothing else held it, releasing it would destroy it.
    private static nint ContextOf(int index)
    {
        int number = 0;
        nint context = 0;
        return ((delegate* unmanaged<int*, int, int>)CudaDriver.Function("cuDeviceGet"))(&number, index) == 0
            && ((delegate* unmanaged<nint*, int, int>)CudaDriver.Function("cuDevicePrimaryCtxRetain"))(&context, number)
                == 0
            ? context
            : 0;
    }

    // The driver answers for the thread's current context: libtorch's own, the primary one.
    private static (long Free, long Total)? Query(nint context)
    {
        if (((delegate* unmanaged<nint, int>)CudaDriver.Function("cuCtxPushCurrent_v2"))(context) != 0)
        {
            return null;
        }

        nuint free = 0;
        nuint total = 0;
        int error = ((delegate* unmanaged<nuint*, nuint*, int>)CudaDriver.Function("cuMemGetInfo_v2"))(&free, &total);
        _ = ((delegate* unmanaged<nint*, int>)CudaDriver.Function("cuCtxPopCurrent_v2"))(&context);
        return error == 0 ? ((long)free, (long)total) : null;
    }
}
