using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>How much of a device's memory is taken. TorchSharp does not say it of CUDA devices; NVIDIA's driver does.</summary>
internal static unsafe class DeviceMemory
{
    private static readonly ConcurrentDictionary<int, nint> Contexts = new();

    /// <summary>
    /// Bytes that are taken where tensors of the device lie: of this process on the processor (and where the device tells
    /// nothing), of all processes on a CUDA device, and there with what libtorch keeps for later tensors.
    /// </summary>
    public static long UsedBytes(Device device)
        => Query(device) is (long free, long total) ? total - free : Environment.WorkingSet;

    /// <summary>Bytes of a CUDA device that no process has, and all that it has; null for any other device, or where there is no driver.</summary>
    public static (long Free, long Total)? Query(Device device)
    {
        if (device.type != DeviceType.CUDA || CudaDriver.Function("cuDeviceGet") == 0)
        {
            return null;
        }

        nint context = Contexts.GetOrAdd(Math.Max(0, device.index), ContextOf);
        return context == 0 ? null : Query(context);
    }

    // Held until the process ends: where nothing else holds it, giving it back would destroy it.
    private static nint ContextOf(int index)
    {
        int number = 0;
        nint context = 0;
        return ((delegate* unmanaged<int*, int, int>)CudaDriver.Function("cuDeviceGet"))(&number, index) == 0
            && ((delegate* unmanaged<nint*, int, int>)CudaDriver.Function("cuDevicePrimaryCtxRetain"))(&context, number) == 0
            ? context
            : 0;
    }

    // The driver answers for the context that the thread is in: libtorch's own, the primary one.
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
