using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// The values of a tensor in memory that MPI can access: the tensor's own memory, or a copy if the tensor is on another
/// device or is a bfloat16 tensor to be summed. MPI has no bfloat16, so those sums are computed in float32.
/// </summary>
internal sealed class MpiBuffer : IDisposable
{
    private static readonly ScalarType[] Known = [float32, float64, bfloat16, int64, uint8];

    private readonly Tensor values;
    private readonly Tensor host;

    private MpiBuffer(Tensor values, bool summed)
    {
        this.values = values;
        Type = summed && values.dtype == bfloat16 ? float32 : values.dtype;
        using var held = no_grad();
        host = values.device_type == TorchSharp.DeviceType.CPU && Type == values.dtype
            ? values
            : values.to(Type, CPU).DetachFromDisposeScope();
        Count = values.numel();
        Size = (int)values.element_size() * (Type == values.dtype ? 1 : 2);
        Address = AddressOf(host);
    }

    /// <summary>The type of the values in the buffer.</summary>
    public ScalarType Type { get; }

    /// <summary>The address of the first value; 0 if there are none.</summary>
    public nint Address { get; }

    /// <summary>The number of values.</summary>
    public long Count { get; }

    /// <summary>The size of a value, in bytes.</summary>
    public int Size { get; }

    /// <summary>Creates a buffer for the values of a tensor.</summary>
    /// <param name="values">A contiguous tensor of a type that <see cref="ICommunicator"/> supports.</param>
    /// <param name="summed">Whether the values are to be summed rather than only moved.</param>
    /// <exception cref="ArgumentException">The tensor is not contiguous or has an unsupported type.</exception>
    public static MpiBuffer Create(Tensor values, bool summed)
    {
        ArgumentNullException.ThrowIfNull(values);
        return !values.is_contiguous()
            ? throw new ArgumentException(
                $"got a tensor of shape [{string.Join(", ", values.shape)}] that is not "
                    + "contiguous; call contiguous() first")
            : !Known.Contains(values.dtype)
            ? throw new ArgumentException($"got a tensor of {values.dtype}, expected one of {string.Join(", ", Known)}")
            : new MpiBuffer(values, summed);
    }

    /// <summary>Copies the result into the tensor if the buffer is a copy.</summary>
    public void CopyBack()
    {
        if (!ReferenceEquals(host, values))
        {
            using var held = no_grad();
            values.copy_(host);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!ReferenceEquals(host, values))
        {
            host.Dispose();
        }
    }

    // Only the first element: a span cannot be as long as a tensor.
    private static unsafe nint AddressOf(Tensor tensor)
    {
        if (tensor.numel() == 0)
        {
            return 0;
        }

        using var held = no_grad();
        using Tensor flat = tensor.view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
