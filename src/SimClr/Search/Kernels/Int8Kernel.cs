using System.Runtime.Intrinsics.X86;

namespace SimClr.Search;

/// <summary>The implementations of <see cref="IInt8Dot"/>.</summary>
internal enum Int8Kernel
{
    Portable,
    Avx2,
    Vnni,
}

/// <summary>The kernels of this processor; tests run each of them.</summary>
internal static class Int8Kernels
{
    /// <summary>The kernels that this processor supports, the fastest last.</summary>
    public static IReadOnlyList<Int8Kernel> Supported { get; } =
    [
        Int8Kernel.Portable,
        .. Avx2.IsSupported ? (Int8Kernel[])[Int8Kernel.Avx2] : [],
        .. AvxVnni.IsSupported ? (Int8Kernel[])[Int8Kernel.Vnni] : [],
    ];

    public static Int8Kernel Fastest => Supported[^1];
}
