using SimClr.Internals;

namespace SimClr.Diagnostics;

/// <summary>A CUDA device, as described by the NVIDIA driver.</summary>
/// <param name="Name">The name, such as "NVIDIA H200".</param>
/// <param name="ComputeCapability">The compute capability, such as 9.0.</param>
public sealed record CudaDevice(string Name, Version ComputeCapability)
{
    /// <summary>Queries the driver.</summary>
    /// <param name="index">The number of the device, from 0, among those that CUDA_VISIBLE_DEVICES shows.</param>
    /// <returns>The device; null if there is no driver or the driver does not know the device.</returns>
    public static CudaDevice? Find(int index)
        => CudaDriver.Query(index) is { } device
            ? new CudaDevice(device.Name, new Version(device.Major, device.Minor))
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, compute capability {ComputeCapability}";
}
