using SimClr.Data;

namespace SimClr.Augmentation;

/// <summary>
/// The images of a set, reduced to a short side of a given number of pixels (bicubic with antialiasing, like views).
/// Smaller images are unchanged.
/// </summary>
public sealed class ResizedDataSet : DelegatingDataSet
{
    private readonly int side;

    /// <summary>Wraps a set. Labels and paths remain those of the originals.</summary>
    /// <param name="images">The originals.</param>
    /// <param name="side">Pixels of the short side, above 0.</param>
    public ResizedDataSet(ImageDataSet images, int side)
        : base(images)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        this.side = side;
    }

    /// <inheritdoc/>
    public override string Fingerprint => $"{Source.Fingerprint}-short-side-{side}";

    /// <inheritdoc/>
    public override bool IsDecoded => false;   // Each read computes the image.

    /// <summary>Returns the reduced image, with the length of the long side rounded down.</summary>
    public override RgbImage Read(int index)
    {
        RgbImage image = Source.Read(index);
        int shortest = Math.Min(image.Width, image.Height);
        return shortest <= side
            ? image
            : Resize(image, (int)((long)side * image.Width / shortest), (int)((long)side * image.Height / shortest));
    }

    /// <inheritdoc/>
    public override void Recycle(int index, RgbImage image)
    {
        // The image may not belong to the source.
    }

    /// <summary>
    /// Resizes in squares, the resampler's output shape; the last square is aligned with the end of the image.
    /// </summary>
    private RgbImage Resize(RgbImage image, int width, int height)
    {
        byte[] pixels = new byte[3 * width * height];
        float[] planes = new float[3 * side * side];
        for (int i = 0; i < Math.Max(width, height); i += side)
        {
            (int top, int left) = (Math.Min(i, height - side), Math.Min(i, width - side));
            Resampling.Apply(
                image, new Box(0, 0, image.Height, image.Width), height, width, top, left, side, bicubic: true,
                antialias: true, planes);
            for (int p = 0; p < planes.Length; p++)
            {
                (int channel, int y, int x) = (p / (side * side), p / side % side, p % side);
                pixels[(3 * (((top + y) * width) + left + x)) + channel] = (byte)MathF.Round(255 * planes[p]);
            }
        }

        return new RgbImage(width, height, pixels);
    }
}
