using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// oneDNN's convolution fused with the following operation, which is applied while the result is still in registers:
/// ReLU, or the sum with a shortcut and ReLU. TorchSharp does not expose it; libtorch does through its stable C
/// interface (shim_cpu.h), which takes the handles that TorchSharp holds. It supports float32 with channels last on the
/// CPU. For other tensors, or with a libtorch that lacks it, the methods return null, and the caller computes the
/// operations one by one. The results are the same up to rounding, and on most processors bit for bit.
/// </summary>
internal static unsafe class FusedConvolution
{
    private const int Dimensions = 2;

    private static readonly int[] InMemory = [1, 3, 2, 0];   // channel, column, row, image, innermost first

    private static readonly Lazy<Exports?> Found = new(Load);

    /// <summary>Whether this libtorch provides the fused convolution.</summary>
    public static bool IsAvailable => Found.Value is not null;

    /// <summary>ReLU(conv(x)) or conv(x): [N, outputs, H / stride, W / stride]; null if not supported.</summary>
    public static Tensor? TryForward(Tensor x, Tensor weight, Tensor bias, long stride, long padding, bool relu)
    {
        if (!Supports(x, weight))
        {
            return null;
        }

        var at = new Placement(stride, padding);
        nint biasHandle = bias.Handle;
        nint result;
        fixed (byte* operation = relu ? "relu\0"u8 : "none\0"u8)
        {
            int error = Found.Value!.Forward(
                x.Handle, weight.Handle, &biasHandle, at.Padding, Dimensions, at.Stride, Dimensions, at.Dilation,
                Dimensions, 1, operation, null, 0, null, &result);
            Keep(x, weight, bias);
            return error == 0 ? Tensor.UnsafeCreateTensor(result) : null;
        }
    }

    /// <summary>
    /// ReLU(conv(x) + sum), written in place of the sum, [N, outputs, H / stride, W / stride]; null if not supported.
    /// The returned tensor shares the memory of the sum.
    /// </summary>
    public static Tensor? TryAddTo(Tensor sum, Tensor x, Tensor weight, Tensor bias, long stride, long padding)
    {
        if (!Supports(x, weight) || !HasChannelsLast(sum))
        {
            return null;
        }

        var at = new Placement(stride, padding);
        nint biasHandle = bias.Handle;
        nint result;
        fixed (byte* add = "add\0"u8)
        fixed (byte* relu = "relu\0"u8)
        {
            byte* then = relu;
            int error = Found.Value!.AddTo(
                sum.Handle, x.Handle, weight.Handle, &biasHandle, at.Padding, Dimensions, at.Stride, Dimensions,
                at.Dilation, Dimensions, 1, add, null, &then, null, 0, null, &result);
            Keep(x, weight, bias);
            GC.KeepAlive(sum);
            return error == 0 ? Tensor.UnsafeCreateTensor(result) : null;
        }
    }

    private static bool Supports(Tensor x, Tensor weight) => IsAvailable
        && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype == ScalarType.Float32
        && weight.dtype == ScalarType.Float32
        && HasChannelsLast(weight);

    // By the strides, because a permuted tensor would have to be disposed.
    private static bool HasChannelsLast(Tensor images)
    {
        (long[] shape, long[] stride) = (images.shape, images.stride());
        long expected = 1;
        foreach (int dimension in InMemory)
        {
            if (shape[dimension] != 1 && stride[dimension] != expected)
            {
                return false;
            }

            expected *= shape[dimension];
        }

        return true;
    }

    // A tensor without other references could be finalized while libtorch uses its handle.
    private static void Keep(Tensor x, Tensor weight, Tensor bias)
    {
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
    }

    private static Exports? Load()
    {
        _ = get_num_threads();   // TorchSharp has then loaded libtorch, and the code below finds the same one.
        return CustomLibtorch.TryOpen("torch_cpu", out nint library)
            && NativeLibrary.TryGetExport(library, "aoti_torch_cpu_mkldnn__convolution_pointwise", out nint forward)
            && NativeLibrary.TryGetExport(
                library, "aoti_torch_cpu_mkldnn__convolution_pointwise_binary_", out nint addTo)
            ? new Exports(forward, addTo)
            : null;
    }

    /// <summary>Padding, stride and dilation, along height and width.</summary>
    private struct Placement
    {
        public fixed long Padding[Dimensions];
        public fixed long Stride[Dimensions];
        public fixed long Dilation[Dimensions];

        public Placement(long stride, long padding)
        {
            for (int i = 0; i < Dimensions; i++)
            {
                (Padding[i], Stride[i], Dilation[i]) = (padding, stride, 1);
            }
        }
    }

    // x, weight, bias, padding, stride, dilation (each with its length), groups, operation, its scalars and algorithm →
    // result
    private sealed class Exports(nint forward, nint addTo)
    {
        public readonly delegate* unmanaged<
            nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double**, long, byte**, nint*,
            int> Forward =
            (delegate* unmanaged<
                nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double**, long, byte**, nint*,
                int>)forward;

        public readonly delegate* unmanaged<
            nint, nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double*, byte**, double**,
            long, byte**, nint*, int> AddTo =
            (delegate* unmanaged<
                nint, nint, nint, nint*, long*, long, long*, long, long*, long, long, byte*, double*, byte**, double**,
                long, byte**, nint*, int>)addTo;
    }
}
