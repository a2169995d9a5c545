using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Inference;

/// <summary>
/// The working memory of a computation of a <see cref="FoldedResNet"/>: the images between its layers, in a few slots
/// that are reused. Fresh memory for each layer would cost a page fault every 4 KB. Usually one thread computes; if
/// several share each layer, the others have frames of their own.
/// </summary>
internal sealed unsafe class DirectMemory : IDisposable
{
    /// <summary>A block's input, its shortcut and two layers on its path.</summary>
    public const int Slots = 4;

    private readonly (nint Start, long Bytes)[] slots = new (nint, long)[Slots + 1];
    private readonly List<DirectMemory> others = [];
    private DirectConvolution.Pixels[] list = [];

    /// <summary>The number of threads that share each layer. Default: 1.</summary>
    public int Threads
    {
        get;
        set
        {
            while (others.Count < value - 1)
            {
                others.Add(new DirectMemory());
            }

            field = value;
        }
    } = 1;

    /// <summary>
    /// The number of products that are worth another thread. Default: 1,048,576, which take about 10 µs.
    /// </summary>
    public long ProductsPerThread { get; init; } = 1 << 20;

    /// <summary>Runs the parts of a layer, and returns when all are done.</summary>
    /// <param name="parts">The number of parts, up to <see cref="Threads"/>.</param>
    /// <param name="compute">Computes the part of a thread, 0 ≤ number &lt; parts.</param>
    public static void Divide(int parts, Action<int> compute)
    {
        if (parts == 1)
        {
            compute(0);
            return;
        }

        // The calling thread takes part, so this ends even if no thread of the pool is free.
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, compute);
    }

    /// <summary>The memory for the frames of a thread, 0 ≤ number &lt; threads.</summary>
    public DirectMemory OfThread(int number) => number == 0 ? this : others[number - 1];

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

        foreach (DirectMemory other in others)
        {
            other.Dispose();
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
