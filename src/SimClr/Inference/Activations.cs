namespace SimClr.Inference;

/// <summary>Images between two layers as float32 in memory: [N, H, W, channels].</summary>
/// <param name="first">The address of the first number.</param>
/// <param name="slot">
/// The slot of a <see cref="DirectMemory"/> that holds the images; negative if they are elsewhere.
/// </param>
/// <param name="count">N.</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
/// <param name="channels">The number of channels.</param>
internal readonly unsafe struct Activations(float* first, int slot, int count, int height, int width, int channels)
{
    /// <summary>The slot that holds the images.</summary>
    public int Slot => slot;

    /// <summary>The number of images.</summary>
    public int Count => count;

    /// <summary>Rows of each image.</summary>
    public int Height => height;

    /// <summary>Pixels per row.</summary>
    public int Width => width;

    /// <summary>Numbers per pixel.</summary>
    public int Channels => channels;

    /// <summary>The address of a row of an image.</summary>
    public float* Line(int image, int row) => first + ((((nint)image * height) + row) * width * channels);

    /// <summary>A range of the images.</summary>
    public Activations Part(int from, int images) => new(Line(from, 0), slot, images, height, width, channels);
}
