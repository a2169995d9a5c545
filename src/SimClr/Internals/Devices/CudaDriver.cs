using System.Runtime.InteropServices;
using System.Text;

namespace SimClr.Internals;

/// <summary>
/// The properties of a device as reported by NVIDIA's driver; libtorch's C interface reports only its number. The
/// driver numbers devices as libtorch does, because both obey CUDA_VISIBLE_DEVICES.
/// </summary>
/// <param name="Name">The name, such as "NVIDIA H200".</param>
/// <param name="Major">Compute capability, before the point.</param>
/// <param name="Minor">Compute capability, after the point.</param>
/// <param name="Id">A unique identifier of the device.</param>
internal sealed unsafe record CudaDriver(string Name, int Major, int Minor, string Id)
{
    private const int MaxNameBytes = 256;
    private const int IdBytes = 16;
    private const int CapabilityMajor = 75;   // CUdevice_attribute
    private const int CapabilityMinor = 76;

    private static readonly Lazy<nint> Library = new(Load);

    /// <summary>
    /// Whether the device multiplies bfloat16 numbers in hardware: compute capability 8.0 (Ampere) and later.
    /// </summary>
    public bool HasBFloat16 => Major >= 8;

    /// <summary>The name and compute capability.</summary>
    public string Description => $"{Name}, compute capability {Major}.{Minor}";

    /// <summary>Queries the driver; null if there is no driver, or if it does not answer.</summary>
    /// <param name="index">The device, from 0.</param>
    public static CudaDriver? Query(int index)
    {
        int device = 0;
        if (Function("cuDeviceGet") is not (not 0 and var get)
            || ((delegate* unmanaged<int*, int, int>)get)(&device, index) != 0
            || Attribute(CapabilityMajor, device) is not { } major
            || Attribute(CapabilityMinor, device) is not { } minor)
        {
            return null;
        }

        return new CudaDriver(
            NameOf(device) ?? "a device without a name", major, minor, IdOf(device) ?? $"device {index}");
    }

    /// <summary>
    /// The address of a function of the driver; 0 if there is no driver, or no function of this name.
    /// </summary>
    internal static nint Function(string name)
        => Library.Value != 0 && NativeLibrary.TryGetExport(Library.Value, name, out nint address) ? address : 0;

    private static nint Load()
    {
        string name = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        return NativeLibrary.TryLoad(name, out nint library)
            && NativeLibrary.TryGetExport(library, "cuInit", out nint start)
            && ((delegate* unmanaged<uint, int>)start)(0) == 0
            ? library
            : 0;
    }

    private static int? Attribute(int attribute, int device)
    {
        int value = 0;
        return Function("cuDeviceGetAttribute") is not 0 and var ask
            && ((delegate* unmanaged<int*, int, int, int>)ask)(&value, attribute, device) == 0
            ? value
            : null;
    }

    private static string? NameOf(int device)
    {
        byte* text = stackalloc byte[MaxNameBytes];
        return Function("cuDeviceGetName") is not 0 and var ask
            && ((delegate* unmanaged<byte*, int, int, int>)ask)(text, MaxNameBytes, device) == 0
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text))
            : null;
    }

    // The second version distinguishes the partitions of a divided device (MIG).
    private static string? IdOf(int device)
    {
        byte* id = stackalloc byte[IdBytes];
        nint ask = Function("cuDeviceGetUuid_v2") is not 0 and var second ? second : Function("cuDeviceGetUuid");
        return ask != 0 && ((delegate* unmanaged<byte*, int, int>)ask)(id, device) == 0
            ? Convert.ToHexString(new ReadOnlySpan<byte>(id, IdBytes))
            : null;
    }
}
