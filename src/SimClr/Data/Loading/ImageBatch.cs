using SimClr.Internals;

namespace SimClr.Data;

/// <summary>A loaded batch. Its buffer is reused: what it holds is valid until the next batch is asked for.</summary>
internal sealed class ImageBatch
{
    private readonly int floatsPerImage;
    private bool[] unreadable = [];
    private RgbImage[] kept = [];
    private byte[]?[] buffers = [];

    /// <summary>A batch of floats that grows as it must.</summary>
    internal ImageBatch(int floatsPerImage) => this.floatsPerImage = floatsPerImage;

    /// <summary>A batch in memory that others own; no images beyond what that holds.</summary>
    internal ImageBatch(int slot, PixelMemory memory)
    {
        Slot = slot;
        Memory = memory;
    }

    /// <summary>Number of the epoch, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>
    /// The index in the set of the image at each position; where an image stands in for an unreadable one, its own.
    /// </summary>
    public int[] Indices { get; private set; } = [];

    /// <summary>What was written; only the first <see cref="Length"/> values count, the buffer may be longer.</summary>
    public float[] Pixels { get; private set; } = [];

    /// <summary>Width and height of each image as it was read; zeros where it was not.</summary>
    internal (int Width, int Height)[] Sizes { get; private set; } = [];

    /// <summary>Images · floats per image.</summary>
    public int Length { get; private set; }

    /// <summary>Number of the memory that others own, and that memory.</summary>
    internal int Slot { get; }

    internal PixelMemory Memory { get; }

    /// <summary>
    /// Positions handed out to workers so far, and those not written yet: guarded by the workers' lock.
    /// </summary>
    internal int Taken { get; set; }

    internal int Remaining { get; set; }

    /// <summary>
    /// Whether the image at a position could be read. If not, its values are zero and are to be left out.
    /// </summary>
    public bool IsReadable(int position) => !unreadable[position];

    internal void Start(BatchPlan plan, bool clear)
    {
        Epoch = plan.Epoch;
        Indices = [.. plan.Indices];
        unreadable = new bool[Indices.Length];
        Sizes = new (int, int)[Indices.Length];
        Length = LengthOf(Indices.Length, floatsPerImage);
        if (Pixels.Length < Length)
        {
            Pixels = new float[Length];
        }
        else if (clear)
        {
            Array.Clear(Pixels, 0, Length);
            Memory.Clear();
        }

        if (kept.Length < Indices.Length)
        {
            (kept, buffers) = (new RgbImage[Indices.Length], new byte[Indices.Length][]);
        }

        Taken = 0;
        Remaining = Indices.Length;
    }

    /// <summary>The images themselves, where the loader keeps them for the device.</summary>
    internal IEnumerable<RgbImage> Images => kept.Take(Indices.Length);

    /// <summary>Keeps a copy of an image in memory of the batch, which is used again; the image may be recycled.</summary>
    internal void Keep(int position, RgbImage image)
    {
        int length = image.Pixels.Length;
        if (buffers[position] is not { } buffer || buffer.Length < length)
        {
            buffers[position] = buffer = GC.AllocateUninitializedArray<byte>(length);
        }

        image.Pixels.CopyTo(buffer);
        kept[position] = new RgbImage(image.Width, image.Height, buffer.AsMemory(0, length));
    }

    internal void MarkUnreadable(int position) => unreadable[position] = true;

    private static int LengthOf(int images, int floatsPerImage)
    {
        long length = (long)images * floatsPerImage;
        return length <= Array.MaxLength
            ? (int)length
            : throw new ConfigurationException(
                $"a batch of {images} images takes {length} values, more than the {Array.MaxLength} that one "
                    + "buffer can hold; use a smaller batch or smaller views");
    }
}
