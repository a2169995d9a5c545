using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>
/// Mean and variance of each channel. PyTorch computes them without the rest of batch norm
/// (<c>batch_norm_update_stats</c>), ten times as fast as from sums. TorchSharp does not expose this operator, so it is
/// called through libtorch's stable C interface. If that is missing, the moments are computed from sums.
/// </summary>
internal static unsafe partial class ChannelMoments
{
    private static bool isMissing;

    /// <summary>Computes mean and variance, both [C]; the variance is divided by the count.</summary>
    /// <param name="input">[N, C, …], float32, float64 or bfloat16.</param>
    /// <param name="type">The type of the results: that of the running statistics.</param>
    public static (Tensor Mean, Tensor Variance) Compute(Tensor input, ScalarType type)
        => !isMissing && Native(input, type) is { } moments ? moments : FromSums(input, type);

    /// <summary>Computes the moments in two passes over the values and one over a copy with their squares.</summary>
    internal static (Tensor Mean, Tensor Variance) FromSums(Tensor input, ScalarType type)
    {
        using var scope = NewDisposeScope();
        long[] others = [.. Enumerable.Range(0, (int)input.dim()).Where(d => d != 1).Select(d => (long)d)];
        long[] along = [1, -1, .. Enumerable.Repeat(1L, (int)input.dim() - 2)];
        double count = (double)input.numel() / input.shape[1];
        Tensor mean = input.sum(others, type: type).div_(RootedScalars.From(count));
        Tensor variance =
            input.sub(mean.view(along)).pow(RootedScalars.Two).sum(others, type: type).div_(RootedScalars.From(count));
        return (scope.MoveToOuter(mean), scope.MoveToOuter(variance));
    }

    /// <summary>Computes the moments with the operator; null if it cannot be called.</summary>
    internal static (Tensor Mean, Tensor Variance)? Native(Tensor input, ScalarType type)
    {
        using var scope = NewDisposeScope();

        // The operator computes statistics in a wider type than the input's only if given running statistics of that
        // type; these are discarded.
        bool mixed = input.dtype != type;
        Tensor? mean = mixed ? zeros(input.shape[1], type, input.device) : null;
        Tensor? variance = mixed ? ones(input.shape[1], type, input.device) : null;
        try
        {
            long* stack = stackalloc long[4];
            (stack[0], stack[1], stack[2], stack[3]) =
                (Share(input), Optional(mean), Optional(variance), BitConverter.DoubleToInt64Bits(0.1));
            if (Call("aten::batch_norm_update_stats", "", stack) != 0)
            {
                throw new InvalidOperationException(
                    "libtorch failed to compute the mean and variance of a layer; this is a bug");
            }

            return (
                scope.MoveToOuter(Tensor.UnsafeCreateTensor((nint)stack[0])),
                scope.MoveToOuter(Tensor.UnsafeCreateTensor((nint)stack[1])));
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            isMissing = true;
            return null;
        }
    }

    /// <summary>Returns a new handle to the tensor; the call takes ownership of it.</summary>
    private static long Share(Tensor tensor)
    {
        nint handle;
        int error = NewHandle(tensor.Handle, &handle);
        GC.KeepAlive(tensor);
        return error == 0 ? handle
            : throw new InvalidOperationException("libtorch returned no tensor handle; this is a bug");
    }

    /// <summary>Returns an optional argument: a pointer to the handle, which the call frees, or 0 for none.</summary>
    private static long Optional(Tensor? tensor)
    {
        if (tensor is null)
        {
            return 0;
        }

        long* value = (long*)NativeMemory.Alloc(sizeof(long));
        *value = Share(tensor);
        return (long)value;
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_call_dispatcher", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Call(string name, string overload, long* stack);

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewHandle(nint tensor, nint* handle);
}
