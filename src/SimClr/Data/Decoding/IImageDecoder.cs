namespace SimClr.Data;

/// <summary>
/// A decoder of image formats that <see cref="ImageDecoder"/> does not read itself
/// (<see cref="ImageDecoder.Register"/>). Several threads call it at once. It throws an
/// <see cref="UnreadableImageException"/> for an image that it cannot read.
/// </summary>
public interface IImageDecoder
{
    /// <summary>
    /// The extensions of its files, in lower case with the dot: files of these names in folders and tar shards are
    /// images.
    /// </summary>
    IReadOnlyList<string> Extensions { get; }

    /// <summary>
    /// Returns whether an image is of one of its formats. Images of the built-in formats are not asked for.
    /// </summary>
    /// <param name="encoded">The whole file, not empty.</param>
    /// <param name="path">The name of the image.</param>
    bool Recognizes(ReadOnlySpan<byte> encoded, string path);

    /// <summary>
    /// Returns the size of an image without decoding its pixels, so that an image that is too large costs nothing.
    /// </summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="path">The name of the image in errors.</param>
    (int Width, int Height) ReadSize(ReadOnlySpan<byte> encoded, string path);

    /// <summary>
    /// Decodes an image to 8-bit sRGB, upright, over white where it is transparent. Called after
    /// <see cref="ReadSize"/>, if the size is within <see cref="DataOptions.DecodeLimitMegapixels"/>.
    /// </summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="path">The name of the image in errors.</param>
    RgbImage Decode(ReadOnlySpan<byte> encoded, string path);
}
