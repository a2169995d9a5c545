using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// A tensor in the memory of the host that outlives dispose scopes, and where it begins. For a CUDA device its memory is
/// pinned: only such memory is copied to the device while the host goes on. (libtorch takes a power of two of pinned bytes.)
/// </summary>
internal sealed unsafe class HostBuffer : IDisposable
{
    /// <param name="shape">Of two dimensions or more where it is to hold more than two gigabytes.</param>
    /// <param name="type">Type of the numbers.</param>
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

        // A span over the whole would not reach beyond two gigabytes.
        using Tensor first = shape[0] == 0 ? Values.alias() : Values.narrow(0, 0, 1);
        Start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    public Tensor Values { get; }

    /// <summary>The first byte; valid until the buffer is disposed.</summary>
    public byte* Start { get; }

    public void Dispose() => Values.Dispose();
}
