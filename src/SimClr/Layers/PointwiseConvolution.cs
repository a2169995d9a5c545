using System.Runtime.Intrinsics.X86;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// A 1 × 1 convolution as one matrix product, with each pixel's channels as a row and the kernels as columns. oneDNN's
/// own form is faster in float32, but it sizes its blocks by the cache sizes reported by CPUID. Some virtual machines
/// hide these, and oneDNN (3.7.1) then returns wrong results for some channel counts (512, 80) and ends the process
/// with a division by zero for others (1,024).
/// </summary>
internal static class PointwiseConvolution
{
    private const int IntelCaches = 4;
    private const int MaxExtendedLeaf = unchecked((int)0x8000_0000);
    private const int AmdCaches = unchecked((int)0x8000_001D);
    private const int KindOfCache = 0x1F;

    /// <summary>Whether this processor needs the replacement.</summary>
    public static bool IsNeeded { get; } = X86Base.IsSupported && !ReportsCaches();

    /// <summary>Whether a convolution is computed in this way on this processor.</summary>
    public static bool Supports(Tensor weight)
        => IsNeeded && weight.shape[2] == 1 && weight.shape[3] == 1 && weight.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>
    /// x: [N, inputs, H, W], weight: [outputs, inputs, 1, 1] → [N, outputs, H / stride, W / stride], channels last.
    /// </summary>
    public static Tensor Forward(Tensor x, Tensor weight, long stride)
        => Rows(x, stride).matmul(Matrix(weight)).permute(0, 3, 1, 2);

    /// <summary>As the overload without a bias, plus a bias [outputs].</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor bias, long stride)
        => Rows(x, stride).matmul(Matrix(weight)).add_(bias, RootedScalars.One).permute(0, 3, 1, 2);

    // [N, H / stride, W / stride, inputs]
    private static Tensor Rows(Tensor x, long stride)
    {
        Tensor rows = x.permute(0, 2, 3, 1);
        return stride == 1 ? rows : rows.slice(1, 0, rows.shape[1], stride).slice(2, 0, rows.shape[2], stride);
    }

    private static Tensor Matrix(Tensor weight) => weight.view(weight.shape[0], weight.shape[1]).t();

    private static bool ReportsCaches()
        => HasCache(IntelCaches)
            || ((uint)X86Base.CpuId(MaxExtendedLeaf, 0).Eax >= unchecked((uint)AmdCaches) && HasCache(AmdCaches));

    private static bool HasCache(int leaf) => (X86Base.CpuId(leaf, 0).Eax & KindOfCache) != 0;
}
