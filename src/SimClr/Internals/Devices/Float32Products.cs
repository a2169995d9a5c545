using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Whether matrix products and convolutions of float32 tensors on CUDA may round their factors to TF32 (10 bits behind
/// the point instead of 23; Ampere and later). libtorch starts with rounding in convolutions; here it is asked for by
/// name.
/// </summary>
internal static class Float32Products
{
    private static int started;

    /// <summary>Whether they do. One setting of the process, for both kinds.</summary>
    public static bool Rounded
    {
        get => backends.cuda.matmul.allow_tf32 || backends.cudnn.allow_tf32;
        set
        {
            backends.cuda.matmul.allow_tf32 = value;
            backends.cudnn.allow_tf32 = value;
        }
    }

    /// <summary>Switches rounding off, the first time it is called.</summary>
    public static void StartExact()
    {
        if (Interlocked.Exchange(ref started, 1) == 0)
        {
            Rounded = false;
        }
    }
}
