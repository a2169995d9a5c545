using System.Runtime.Intrinsics.X86;

namespace SimClr.Search;

/// <summary>Which form of <see cref="IInt8Dot"/> is used.</summary>
internal enum Int8Kernel
{
    Portable,
    Avx2,
    Vnni,
}

/// <summary>Picks the kernel by the processor; tests ask for each that it has.</summary>
internal static class Int8Kernels
{
    /// <summary>Those that this processor can run, the fastest last.</summary>
    public static IReadOnlyList<Int8Kernel> Supported { get; } =
    [
        Int8Kernel.Portable,
        .. Avx2.IsSupported ? (Int8Kernel[])[Int8Kernel.Avx2] : [],
        .. AvxVnni.IsSupported ? (Int8Kernel[])[Int8Kernel.Vnni] : [],
    ];

    public static Int8Kernel Fastest => Supported[^1];
}
