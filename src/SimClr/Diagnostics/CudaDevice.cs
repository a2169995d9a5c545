using SimClr.Internals;

namespace SimClr.Diagnostics;

/// <summary>A CUDA device, as NVIDIA's driver describes it.</summary>
/// <param name="Name">Such as "NVIDIA H200".</param>
/// <param name="ComputeCapability">Such as 9.0.</param>
public sealed record CudaDevice(string Name, Version ComputeCapability)
{
    /// <summary>Asks the driver.</summary>
    /// <param name="index">The device, from 0, among those that CUDA_VISIBLE_DEVICES shows.</param>
    /// <returns>Null without a driver, or where the driver does not know the device.</returns>
    public static CudaDevice? Find(int index)
        => CudaDriver.Of(index) is { } device
            ? new CudaDevice(device.Name, new Version(device.Major, device.Minor))
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, compute capability {ComputeCapability}";
}
