using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Preallocated tensors whose memory other threads fill with height × width × channel pixels in the final precision,
/// each handed out as [N, 3, H, W] in channels-last order: on the CPU without a copy, to a GPU from pinned memory.
/// The tensors never leave the thread that owns the ring.
/// </summary>
internal sealed unsafe class PixelRing : IDisposable
{
    private readonly Tensor[] slots;
    private readonly Device device;

    /// <param name="images">The most that one slot is to hold.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="device">Where they are used.</param>
    /// <param name="type">float32 or bfloat16.</param>
    /// <param name="slots">How many: the one in use and those filled ahead.</param>
    public PixelRing(int images, int size, string device, ScalarType type, int slots = 3)
    {
        this.device = TorchSharp.torch.device(device);
        this.slots = [.. Enumerable.Range(0, slots).Select(_ => Allocate([images, size, size, 3], type, pin: device == "cuda"))];
        Memory = [.. this.slots.Select(slot => new PixelMemory(Start(slot), images, 3 * size * size, type == ScalarType.BFloat16))];
    }

    /// <summary>The memory of each slot, to be written by any thread while the slot is not in use.</summary>
    public IReadOnlyList<PixelMemory> Memory { get; }

    /// <summary>The first images of a slot as a tensor, which is valid until the slot is filled again.</summary>
    public Tensor Take(int slot, int images) => slots[slot].narrow(0, 0, images).to(device).permute(0, 3, 1, 2);

    public void Dispose()
    {
        foreach (Tensor slot in slots)
        {
            slot.Dispose();
        }
    }

    private static Tensor Allocate(long[] shape, ScalarType type, bool pin)
    {
        Tensor plain = empty(shape, type, CPU).DetachFromDisposeScope();
        if (!pin)
        {
            return plain;
        }

        using (plain)
        {
            return plain.pin_memory().DetachFromDisposeScope();
        }
    }

    // A span over the whole would not reach beyond two gigabytes.
    private static byte* Start(Tensor slot)
    {
        using Tensor first = slot.narrow(0, 0, 1);
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
