using System.Diagnostics;
using ImageMagick;
using ImageMagick.Formats;
using SimClr.Data;

namespace SimClr.Formats;

/// <summary>Decodes by ImageMagick. The first picture of a file that holds several is read.</summary>
/// <param name="restrict">Whether to restrict ImageMagick as <see cref="MagickPolicy"/> does.</param>
internal sealed class MagickDecoder(bool restrict) : IImageDecoder
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    private static readonly string[] Raw =
    [
        ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw",
        ".x3f", ".rwl", ".iiq", ".3fr", ".fff", ".erf", ".kdc", ".dcr", ".mrw", ".mef", ".mos",
    ];

    /// <inheritdoc cref="Extensions"/>
    public static IReadOnlyList<string> AllExtensions { get; } =
        [".heic", ".heif", ".hif", ".avif", ".tif", ".tiff", ".jxl", .. Raw];

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions => AllExtensions;

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> encoded, string path) => FormatOf(encoded, path) is not null;

    /// <inheritdoc/>
    public (int Width, int Height) ReadSize(ReadOnlySpan<byte> encoded, string path)
    {
        using MagickImage image = Open(encoded, path, isHeaderOnly: true);
        return ((int)Math.Min(image.Width, int.MaxValue), (int)Math.Min(image.Height, int.MaxValue));
    }

    /// <inheritdoc/>
    public RgbImage Decode(ReadOnlySpan<byte> encoded, string path)
    {
        using MagickImage image = Open(encoded, path, isHeaderOnly: false);
        try
        {
            // Numbers of CMYK, Lab or linear light become sRGB; a profile of an RGB image is ignored, as in JPEG.
            if (image.ColorSpace is not (ColorSpace.sRGB or ColorSpace.Gray))
            {
                image.ColorSpace = ColorSpace.sRGB;
            }

            image.AutoOrient();
            using IUnsafePixelCollection<byte> pixels = image.GetPixelsUnsafe();
            byte[] rgb = image.HasAlpha
                ? OverWhite(pixels.ToByteArray(PixelMapping.RGBA)!)
                : pixels.ToByteArray(PixelMapping.RGB)!;
            return new RgbImage((int)image.Width, (int)image.Height, rgb);
        }
        catch (MagickException error)
        {
            throw Unreadable(path, error);
        }
    }

    private MagickImage Open(ReadOnlySpan<byte> encoded, string path, bool isHeaderOnly)
    {
        MagickFormat format = FormatOf(encoded, path)
            ?? throw new UnreadableImageException(path, "not an image of a known format");
        MagickPolicy.Apply(restrict);

        // The format is given, so that ImageMagick does not choose one by the content.
        var settings = new MagickReadSettings
        {
            Format = format,
            FrameIndex = 0,
            FrameCount = 1,
            Defines = format == MagickFormat.Dng ? new DngReadDefines { UseCameraWhiteBalance = true } : null,
        };
        var image = new MagickImage();
        try
        {
            if (isHeaderOnly)
            {
                image.Ping(encoded, settings);
            }
            else
            {
                long start = Stopwatch.GetTimestamp();
                image.Progress += (_, step) => step.Cancel = Stopwatch.GetElapsedTime(start) > MaxTime;
                image.Read(encoded, settings);
                if (Stopwatch.GetElapsedTime(start) > MaxTime)
                {
                    throw new UnreadableImageException(path, $"decoding took more than {MaxTime.TotalSeconds} seconds");
                }
            }

            return image;
        }
        catch (MagickException error)
        {
            image.Dispose();
            throw Unreadable(path, error);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>Returns the format by content and, for raw files, which have no common mark, by extension.</summary>
    private static MagickFormat? FormatOf(ReadOnlySpan<byte> encoded, string path)
    {
        if (Raw.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            return MagickFormat.Dng;   // Its reader, LibRaw, tells the cameras apart.
        }

        return encoded switch
        {
            [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => MagickFormat.Tiff,
            [0xFF, 0x0A, ..] => MagickFormat.Jxl,
            [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => MagickFormat.Jxl,
            _ when encoded.Length >= 12 && encoded[4..].StartsWith("ftyp"u8) => FormatOfBrand(encoded[8..12]),
            _ => null,
        };
    }

    // ISO 23008-12 (HEIF) and the AV1 image format: the major brand of the file.
    private static MagickFormat? FormatOfBrand(ReadOnlySpan<byte> brand)
    {
        if (brand.StartsWith("avi"u8))
        {
            return MagickFormat.Avif;
        }

        return brand.StartsWith("he"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8)
            ? MagickFormat.Heic
            : null;
    }

    private static byte[] OverWhite(byte[] rgba)
    {
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            int alpha = rgba[from + 3];
            int white = (255 * (255 - alpha)) + 127;
            for (int channel = 0; channel < 3; channel++)
            {
                rgb[to + channel] = alpha == 255
                    ? rgba[from + channel]
                    : (byte)(((rgba[from + channel] * alpha) + white) / 255);
            }
        }

        return rgb;
    }

    // ImageMagick's messages end in the name of a temporary file and a position in its source.
    private static UnreadableImageException Unreadable(string path, MagickException error)
    {
        string reason = error.Message.Split(" @ ")[0];
        int name = reason.LastIndexOf(" `", StringComparison.Ordinal);
        reason = (name > 0 ? reason[..name] : reason).ReplaceLineEndings(" ").TrimEnd(' ', '.', '`', '\'');
        return new UnreadableImageException(path, $"cannot be decoded: {reason}", error);
    }
}
