namespace SimClr.Inference;

/// <summary>Images between two layers, float32 in memory: [N, H, W, channels].</summary>
/// <param name="first">Where the first number is.</param>
/// <param name="slot">Which slot of a <see cref="DirectMemory"/> they are in; negative where they are in none.</param>
/// <param name="count">N.</param>
/// <param name="height">H.</param>
/// <param name="width">W.</param>
/// <param name="channels">The number of channels.</param>
internal readonly unsafe struct Activations(float* first, int slot, int count, int height, int width, int channels)
{
    /// <summary>The slot they are in.</summary>
    public int Slot => slot;

    /// <summary>How many images.</summary>
    public int Count => count;

    /// <summary>Lines of each.</summary>
    public int Height => height;

    /// <summary>Pixels of a line.</summary>
    public int Width => width;

    /// <summary>Numbers of a pixel.</summary>
    public int Channels => channels;

    /// <summary>Where a line of an image begins.</summary>
    public float* Line(int image, int row) => first + ((((nint)image * height) + row) * width * channels);

    /// <summary>Some of the images.</summary>
    public Activations Part(int from, int images) => new(Line(from, 0), slot, images, height, width, channels);
}
