using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>How much of a device's memory is taken. TorchSharp does not say it of CUDA devices; NVIDIA's driver does.</summary>
internal static unsafe class DeviceMemory
{
    /// <summary>
    /// Bytes that are taken where tensors of the device lie: of this process on the processor (and where the device tells
    /// nothing), of all processes on a CUDA device, and there with what libtorch keeps for later tensors.
    /// </summary>
    public static long Taken(Device device)
        => Of(device) is (long free, long total) ? total - free : Environment.WorkingSet;

    /// <summary>Bytes of a CUDA device that no process has, and all that it has; null for any other device, or where there is no driver.</summary>
    public static (long Free, long Total)? Of(Device device)
    {
        if (device.type != DeviceType.CUDA || CudaDriver.Function("cuDeviceGet") == 0)
        {
            return null;
        }

        int number = 0;
        nint context = 0;
        if (((delegate* unmanaged<int*, int, int>)CudaDriver.Function("cuDeviceGet"))(&number, Math.Max(0, device.index)) != 0
            || ((delegate* unmanaged<nint*, int, int>)CudaDriver.Function("cuDevicePrimaryCtxRetain"))(&context, number) != 0)
        {
            return null;
        }

        try
        {
            return Of(context);
        }
        finally
        {
            _ = ((delegate* unmanaged<int, int>)CudaDriver.Function("cuDevicePrimaryCtxRelease_v2"))(number);
        }
    }

    // The driver answers for the context that the thread is in: libtorch's own, the primary one.
    private static (long Free, long Total)? Of(nint context)
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
