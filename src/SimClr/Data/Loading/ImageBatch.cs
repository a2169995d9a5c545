using SimClr.Internals;

namespace SimClr.Data;

/// <summary>A loaded batch. Its buffer is reused: the contents are valid until the next batch is requested.</summary>
internal sealed class ImageBatch
{
    private readonly int floatsPerImage;
    private bool[] unreadable = [];
    private RgbImage[] kept = [];
    private byte[]?[] buffers = [];

    /// <summary>Creates a batch with a buffer of floats that grows as needed.</summary>
    internal ImageBatch(int floatsPerImage) => this.floatsPerImage = floatsPerImage;

    /// <summary>Creates a batch in memory owned by the caller, which limits the number of images.</summary>
    internal ImageBatch(int slot, PixelMemory memory)
    {
        Slot = slot;
        Memory = memory;
    }

    /// <summary>The number of the epoch, from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>
    /// The index in the set of the image at each position. If an image replaces an unreadable one, this is the index of
    /// the replacement.
    /// </summary>
    public int[] Indices { get; private set; } = [];

    /// <summary>
    /// The values of the batch. Only the first <see cref="Length"/> values count; the buffer may be longer.
    /// </summary>
    public float[] Pixels { get; private set; } = [];

    /// <summary>The width and height of each image as read; zeros for an image that could not be read.</summary>
    internal (int Width, int Height)[] Sizes { get; private set; } = [];

    /// <summary>The number of values: images · floats per image.</summary>
    public int Length { get; private set; }

    /// <summary>The index of the caller's memory in the ring.</summary>
    internal int Slot { get; }

    /// <summary>The caller's memory.</summary>
    internal PixelMemory Memory { get; }

    /// <summary>The number of positions assigned to workers so far. Guarded by the workers' lock.</summary>
    internal int Taken { get; set; }

    /// <summary>The number of positions not written yet. Guarded by the workers' lock.</summary>
    internal int Remaining { get; set; }

    /// <summary>
    /// Returns whether the image at a position could be read. If not, its values are zero and must be ignored.
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

    /// <summary>The decoded images, if the loader keeps them for the device.</summary>
    internal IEnumerable<RgbImage> Images => kept.Take(Indices.Length);

    /// <summary>
    /// Copies an image into memory of the batch, which is reused; the image itself can then be recycled.
    /// </summary>
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
