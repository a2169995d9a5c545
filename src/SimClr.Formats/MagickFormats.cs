using SimClr.Data;

namespace SimClr.Formats;

/// <summary>
/// Further image formats for data sets, embedding and search: HEIC, AVIF, TIFF, JPEG XL, and the raw files of cameras.
/// </summary>
public static class MagickFormats
{
    private static int isRegistered;

    /// <summary>
    /// The extensions of the files that are read after <see cref="Register"/>, in lower case with the dot.
    /// </summary>
    public static IReadOnlyList<string> Extensions => MagickDecoder.AllExtensions;

    /// <summary>
    /// Makes <see cref="ImageDecoder"/>, and with it everything that reads images, read these formats. Call it before
    /// opening a data set; further calls have no effect. Magick.NET's native library is loaded at the first image.
    /// </summary>
    /// <param name="restrict">
    /// Whether to forbid ImageMagick, in the whole process and at the first image, every other format, every helper
    /// program, and pixels on disk. False for a program that uses Magick.NET itself and sets its own policy. Default:
    /// true.
    /// </param>
    public static void Register(bool restrict = true)
    {
        if (Interlocked.Exchange(ref isRegistered, 1) == 0)
        {
            ImageDecoder.Register(new MagickDecoder(restrict));
        }
    }
}
