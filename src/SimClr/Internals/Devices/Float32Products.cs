using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Whether matrix products and convolutions of float32 tensors on CUDA may round their factors to TF32 (10 bits after
/// the point instead of 23; Ampere and later). libtorch rounds in convolutions by default; here, rounding must be
/// requested.
/// </summary>
internal static class Float32Products
{
    private static int started;

    /// <summary>Whether factors are rounded. One setting of the process, for products and convolutions.</summary>
    public static bool Rounded
    {
        get => backends.cuda.matmul.allow_tf32 || backends.cudnn.allow_tf32;
        set
        {
            backends.cuda.matmul.allow_tf32 = value;
            backends.cudnn.allow_tf32 = value;
        }
    }

    /// <summary>Disables rounding on the first call.</summary>
    public static void StartExact()
    {
        if (Interlocked.Exchange(ref started, 1) == 0)
        {
            Rounded = false;
        }
    }
}
