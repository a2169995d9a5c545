using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// A tensor in host memory that outlives dispose scopes, and its address. For a CUDA device, the memory is pinned: only
/// pinned memory is copied to the device asynchronously. (libtorch rounds pinned memory up to a power of two bytes.)
/// </summary>
internal sealed unsafe class HostBuffer : IDisposable
{
    /// <param name="shape">The shape; at least two dimensions for more than 2 GB.</param>
    /// <param name="type">The type of the numbers.</param>
    /// <param name="device">The device that copies from it.</param>
    public HostBuffer(long[] shape, ScalarType type, Device device)
    {
        Tensor plain = empty(shape, type, CPU).DetachFromDisposeScope();
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            using (plain)
            {
                Values = plain.pin_memory().DetachFromDisposeScope();
            }
        }
        else
        {
            Values = plain;
        }

        // A span over the whole tensor is limited to 2 GB.
        using Tensor first = shape[0] == 0 ? Values.alias() : Values.narrow(0, 0, 1);
        Start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    public Tensor Values { get; }

    /// <summary>The first byte; valid until the buffer is disposed.</summary>
    public byte* Start { get; }

    public void Dispose() => Values.Dispose();
}
