using static TorchSharp.torch;

namespace SimClr.Encoders;

/// <summary>
/// A 3 × 3 convolution of images of a few pixels as one matrix product: each pixel's neighborhood as a row, the kernels as
/// columns. oneDNN's own convolution fills its registers with the pixels of a line, and here a line has four or fewer:
/// with many channels the product is a quarter faster, the copy included.
/// </summary>
internal static class SmallImages
{
    private const int Kernel = 3;

    // Where the product wins: measured from 1 to 8 pixels a side and from 64 to 512 channels (AVX-512).
    private const int MostPixels = 4;
    private const int FewestChannels = 256;

    /// <summary>Whether a convolution's kernels are such: [outputs, inputs, 3, 3], many channels, padded by 1, stride 1.</summary>
    public static bool Serves(Tensor weight, long stride, long padding)
        => stride == 1 && padding == 1 && weight.shape[2] == Kernel && weight.shape[1] >= FewestChannels
            && weight.dtype == ScalarType.Float32 && weight.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>Whether images are so small: [N, channels, H, W].</summary>
    public static bool Serves(Tensor images) => images.shape[2] <= MostPixels && images.shape[3] <= MostPixels;

    /// <summary>The kernels as a matrix: [9 · inputs, outputs].</summary>
    public static Tensor MatrixOf(Tensor weight) => weight.permute(2, 3, 1, 0).reshape(-1, weight.shape[0]).contiguous();

    /// <summary>images: [N, C, H, W] → [N, outputs, H, W] with channels last.</summary>
    public static Tensor Forward(Tensor images, Tensor matrix, Tensor bias)
    {
        using var scope = NewDisposeScope();
        (long n, long channels, long height, long width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        Tensor padded = nn.functional.pad(images.permute(0, 2, 3, 1), [0, 0, 1, 1, 1, 1]).contiguous();   // [N, H + 2, W + 2, C]
        long line = (width + 2) * channels;

        // The three pixels of a neighborhood's line lie side by side already.
        Tensor neighborhoods = padded.as_strided(                                                        // [N, H, W, 3, 3C]
            [n, height, width, Kernel, Kernel * channels], [(height + 2) * line, line, channels, line, 1]);
        Tensor rows = neighborhoods.reshape(n * height * width, Kernel * Kernel * channels);
        return addmm(bias, rows, matrix, 1, 1).view(n, height, width, -1).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
