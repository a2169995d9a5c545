using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// Memory of one thread that computes a <see cref="FoldedResNet"/>: the images between its layers, in a few slots that are written over again
/// and again. Fresh memory for each layer would cost a page fault every 4 KB.
/// </summary>
internal sealed unsafe class DirectMemory : IDisposable
{
    /// <summary>A block's input, its shortcut and two layers on its path.</summary>
    public const int Slots = 4;

    private readonly (nint Start, long Bytes)[] slots = new (nint, long)[Slots + 1];
    private DirectConvolution.Pixels[] list = [];

    /// <summary>Room for images in a slot; what was in it is gone.</summary>
    public Activations Take(int slot, int count, int height, int width, int channels)
        => new(Reserve(slot, (long)count * height * width * channels), slot, count, height, width, channels);

    /// <summary>Room for the framed images of a layer.</summary>
    public float* Frame(int numbers) => Reserve(Slots, numbers);

    /// <summary>Room for the list of a layer's pixels.</summary>
    public Span<DirectConvolution.Pixels> List(int count)
    {
        if (list.Length < count)
        {
            list = new DirectConvolution.Pixels[count];
        }

        return list;
    }

    /// <summary>The address of a contiguous tensor on the processor, of any size: a span of all of it would end at 2 GB.</summary>
    public static float* First(Tensor values)
    {
        using Tensor line = values.view(-1);
        using Tensor one = line.narrow(0, 0, 1);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(one.bytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ref (nint Start, long Bytes) slot in slots.AsSpan())
        {
            HugePageMemory.Free((void*)slot.Start);
            slot = default;
        }
    }

    private float* Reserve(int slot, long numbers)
    {
        ref (nint Start, long Bytes) room = ref slots[slot];
        if (room.Bytes < numbers * sizeof(float))
        {
            HugePageMemory.Free((void*)room.Start);
            room = default;
            room = ((nint)HugePageMemory.Allocate(numbers * sizeof(float)), numbers * sizeof(float));
        }

        return (float*)room.Start;
    }
}
