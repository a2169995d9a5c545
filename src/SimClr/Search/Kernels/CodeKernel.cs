using System.Runtime.Intrinsics.X86;

namespace SimClr.Search;

/// <summary>Which form of <see cref="ICodeProduct"/> is used.</summary>
internal enum CodeKernel
{
    Portable,
    Avx2,
    Vnni,
}

/// <summary>Picks the kernel by the processor; tests ask for each that it has.</summary>
internal static class CodeKernels
{
    /// <summary>Those that this processor can run, the fastest last.</summary>
    public static IReadOnlyList<CodeKernel> Supported { get; } =
    [
        CodeKernel.Portable,
        .. Avx2.IsSupported ? (CodeKernel[])[CodeKernel.Avx2] : [],
        .. AvxVnni.IsSupported ? (CodeKernel[])[CodeKernel.Vnni] : [],
    ];

    public static CodeKernel Fastest => Supported[^1];
}
