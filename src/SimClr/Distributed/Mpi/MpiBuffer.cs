using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Distributed;

/// <summary>
/// A tensor's values where MPI can reach them: the tensor's own memory, or a copy where it lives on another device, or is
/// to be summed in bfloat16, of which MPI knows nothing: that is summed in float32.
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

    /// <summary>The type of the values in memory.</summary>
    public ScalarType Type { get; }

    /// <summary>Where the first one is; 0 if there is none.</summary>
    public nint Address { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>Bytes of one.</summary>
    public int Size { get; }

    /// <summary>Makes a tensor's values reachable.</summary>
    /// <param name="values">Contiguous; of a type that communicators carry.</param>
    /// <param name="summed">Whether they are to be added up, and not only moved.</param>
    /// <exception cref="ArgumentException">The tensor is not contiguous, or of another type.</exception>
    public static MpiBuffer Create(Tensor values, bool summed)
    {
        ArgumentNullException.ThrowIfNull(values);
        return !values.is_contiguous()
            ? throw new ArgumentException($"got a tensor of shape [{string.Join(", ", values.shape)}] that is not contiguous; call contiguous() first")
            : !Known.Contains(values.dtype)
            ? throw new ArgumentException($"got a tensor of {values.dtype}, expected one of {string.Join(", ", Known)}")
            : new MpiBuffer(values, summed);
    }

    /// <summary>Writes what was communicated into the tensor, where it is not there already.</summary>
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

    // Of the first element alone: a span cannot be as long as a tensor.
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
