using System.Reflection;
using SimClr.Data;
using SimClr.Diagnostics;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Cli.Verbs;

/// <summary>The libraries that compute and decode.</summary>
/// <param name="Torch">Version of libtorch.</param>
/// <param name="TorchSharp">Version of its bindings.</param>
/// <param name="Devices">Where tensors can live.</param>
/// <param name="Libtorch">The folder that SIMCLR_LIBTORCH names; null where it is the program's own.</param>
/// <param name="Skia">Version of the image decoder.</param>
/// <param name="TurboJpeg">Whether the system has libturbojpeg.</param>
/// <param name="Mpi">The MPI library that several processes would train with; null if there is none.</param>
internal sealed record LibraryReport(
    string Torch, string TorchSharp, IReadOnlyList<DeviceReport> Devices, string? Libtorch, string Skia, bool TurboJpeg, MpiReport? Mpi)
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
        .. Enumerable.Range(0, cuda.is_available() ? cuda.device_count() : 0).Select(index => new DeviceReport($"cuda:{index}", CudaDevice.Find(index))),
        .. mps_is_available() ? new[] { new DeviceReport("mps", null) } : [],
    ];

    /// <summary>The version of the package, which may be finer than that of the assembly.</summary>
    private static string Released(Assembly library)
        => library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0]
            ?? library.GetName().Version!.ToString(3);

    /// <summary>2.10.0.0 → 2.10.0.</summary>
    private static string Short(string version) => string.Join('.', version.Split('.').Take(3));
}
