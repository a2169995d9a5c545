using System.Reflection;
using SimClr.Data;
using SimClr.Diagnostics;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Cli.Verbs;

/// <summary>The libraries for computation and decoding.</summary>
/// <param name="Torch">The version of libtorch.</param>
/// <param name="TorchSharp">The version of its .NET bindings.</param>
/// <param name="Devices">The available devices.</param>
/// <param name="Libtorch">The folder named by SIMCLR_LIBTORCH; null if the bundled libtorch is in use.</param>
/// <param name="Skia">The version of the image decoder.</param>
/// <param name="TurboJpeg">Whether the system has libturbojpeg.</param>
/// <param name="Mpi">The MPI library for training with several processes; null if there is none.</param>
internal sealed record LibraryReport(
    string Torch,
    string TorchSharp,
    IReadOnlyList<DeviceReport> Devices,
    string? Libtorch,
    string Skia,
    bool TurboJpeg,
    MpiReport? Mpi)
{
    public static LibraryReport Detect() => new(
        Short(torch.__version__),
        typeof(torch).Assembly.GetName().Version!.ToString(3),
        FindDevices(),
        Diagnostics.Libtorch.Folder,
        Released(typeof(SKBitmap).Assembly),
        ImageDecoder.Has(JpegDecoder.TurboJpeg),
        MpiReport.Detect());

    private static DeviceReport[] FindDevices() =>
    [
        new("cpu", null),
        .. Enumerable.Range(0, cuda.is_available() ? cuda.device_count() : 0)
            .Select(index => new DeviceReport($"cuda:{index}", CudaDevice.Find(index))),
        .. mps_is_available() ? new[] { new DeviceReport("mps", null) } : [],
    ];

    /// <summary>Returns the package version, which may be more precise than the assembly version.</summary>
    private static string Released(Assembly library)
        => library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0]
            ?? library.GetName().Version!.ToString(3);

    /// <summary>Shortens 2.10.0.0 to 2.10.0.</summary>
    private static string Short(string version) => string.Join('.', version.Split('.').Take(3));
}
