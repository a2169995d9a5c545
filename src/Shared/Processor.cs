using System.Runtime.Intrinsics.X86;

namespace SimClr.Internals;

/// <summary>Processor features that .NET does not report.</summary>
[SharedSource]
internal static class Processor
{
    /// <summary>
    /// Whether the processor multiplies bfloat16 numbers in hardware, faster than float32. This holds for AMX, and for
    /// AVX-512 BF16 on AMD. Intel's AVX-512 BF16 without AMX reaches half of float32's rate (188 against 360 GFLOP/s,
    /// two cores of a Xeon whose AMX is hidden from its guests).
    /// </summary>
    public static bool HasFastBFloat16 => HasAmxBFloat16 || (HasAvx512BFloat16 && !IsIntel);

    /// <summary>Whether the processor has AVX-512 BF16: products of bfloat16 vectors.</summary>
    public static bool HasAvx512BFloat16 { get; }
        = Avx512F.IsSupported && HasLeaf7() && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>Whether the processor has AMX BF16: products of bfloat16 tiles.</summary>
    public static bool HasAmxBFloat16 { get; }
        = Avx512F.IsSupported && HasLeaf7() && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;

    private static bool IsIntel => X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx == 0x756E6547;   // "Genu"ineIntel

    private static bool HasLeaf7() => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7;
}
