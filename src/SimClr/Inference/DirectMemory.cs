using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// The working memory of one thread that computes a <see cref="FoldedResNet"/>: the images between its layers, in a few
/// slots that are reused. Fresh memory for each layer would cost a page fault every 4 KB.
/// </summary>
internal sealed unsafe class DirectMemory : IDisposable
{
    /// <summary>A block's input, its shortcut and two layers on its path.</summary>
    public const int Slots = 4;

    private readonly (nint Start, long Bytes)[] slots = new (nint, long)[Slots + 1];
    private DirectConvolution.Pixels[] list = [];

    /// <summary>Reserves a slot for images; its previous contents are lost.</summary>
    public Activations Take(int slot, int count, int height, int width, int channels)
        => new(Reserve(slot, (long)count * height * width * channels), slot, count, height, width, channels);

    /// <summary>Reserves memory for the framed images of a layer.</summary>
    public float* Frame(int numbers) => Reserve(Slots, numbers);

    /// <summary>Reserves memory for the list of a layer's pixels.</summary>
    public Span<DirectConvolution.Pixels> List(int count)
    {
        if (list.Length < count)
        {
            list = new DirectConvolution.Pixels[count];
        }

        return list;
    }

    /// <summary>
    /// Returns the address of a contiguous CPU tensor of any size; a span over the whole tensor is limited to 2 GB.
    /// </summary>
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
