using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SimClr.Cli.Verbs;
using SimClr.Internals;
using SimClr.Training;
using static TorchSharp.torch;

namespace SimClr.GpuChecks;

/// <summary>Checks that the libraries load and that the device computes.</summary>
internal static class SmokeChecks
{
    public static void Run(Section section)
    {
        LibraryReport libraries = LibraryReport.Detect();
        section.Figure("libtorch", libraries.Torch);
        section.Figure("torchsharp", libraries.TorchSharp);
        section.Figure("runtime", RuntimeInformation.FrameworkDescription);
        section.Figure("processor", MachineReport.Detect().Processor);
        section.Figure("cores", Environment.ProcessorCount);
        section.Figure("devices", new JsonArray([.. libraries.Devices.Select(one => one.Json())]));
        section.Figure("libturbojpeg", JsonValue.Create(libraries.TurboJpeg));
        int found = libraries.Devices.Count(one => one.Name.StartsWith(section.Device, StringComparison.Ordinal));
        section.AtLeast("devices of this kind", found, 1);
        Device place = device(section.Device);
        section.Figure("taken_bytes", DeviceMemory.UsedBytes(place));
        section.Figure(
            "total_bytes", DeviceMemory.Query(place)?.Total ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        section.Figure("auto_precision", ComputePlan.Resolve(section.Options("auto"), customEncoder: false).Precision);
        ComputePlan.Resolve(section.Options("fp32"), customEncoder: false).Begin();

        using var scope = NewDisposeScope();
        Tensor x = arange(0, 1 << 20, 1, ScalarType.Float32).to(place).sqrt();
        Tensor weight = full([8, 4, 3, 3], 0.01, device: place);
        double sum = x.sum(ScalarType.Float64).item<double>();
        section.AtMost("sum of square roots", Math.Abs((sum / 715_827_370.58) - 1), 1e-6);
        Tensor convolved = nn.functional.conv2d(ones([2, 4, 8, 8], device: place), weight, padding: [1, 1]);
        section.AtMost("convolution of ones", Math.Abs(convolved[0, 0, 4, 4].item<float>() - 0.36), 1e-5);
    }
}
