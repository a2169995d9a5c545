using System.Runtime.Intrinsics;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// Converts decoded pixels to upright RGB: applies the orientation, composites transparency over white and drops alpha.
/// </summary>
internal static unsafe class PixelLayout
{
    // The next write overwrites the last four of the sixteen bytes.
    private static readonly Vector128<byte> WithoutAlpha = Vector128.Create(
        (byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);

    /// <summary>
    /// Converts RGBA (height × width × 4, alpha not premultiplied) or opaque RGB (height × width × 3) to an upright RGB
    /// image.
    /// </summary>
    public static RgbImage ToRgb(
        byte* stored, int bytesPerPixel, int width, int height, SKEncodedOrigin origin, bool opaque)
    {
        (bool swap, bool mirrorX, bool mirrorY) = Axes(origin);
        (int outWidth, int outHeight) = swap ? (height, width) : (width, height);
        nint alongX = mirrorX ? -bytesPerPixel : bytesPerPixel;
        nint alongY = bytesPerPixel * (nint)(mirrorY ? -width : width);
        (nint stepX, nint stepY) = swap ? (alongY, alongX) : (alongX, alongY);
        byte* row = stored + (mirrorX ? bytesPerPixel * (nint)(width - 1) : 0)
            + (mirrorY ? bytesPerPixel * (nint)width * (height - 1) : 0);
        byte[] pixels = PixelPool.Rent(outWidth * outHeight * 3);
        fixed (byte* first = pixels)
        {
            byte* target = first;
            for (int y = 0; y < outHeight; y++, row += stepY)
            {
                byte* source = row;
                int x = opaque && stepX == 4 ? DropAlpha(source, target, outWidth) : 0;
                source += x * stepX;
                target += x * 3;
                for (; x < outWidth; x++, source += stepX, target += 3)
                {
                    Put(source, target, opaque);
                }
            }
        }

        return new RgbImage(outWidth, outHeight, pixels.AsMemory(0, outWidth * outHeight * 3));
    }

    /// <summary>Returns whether the alpha of every RGBA pixel is 0.</summary>
    public static bool IsTransparentEverywhere(byte* stored, int pixels)
    {
        for (int i = 0; i < pixels; i++)
        {
            if (stored[(4L * i) + 3] != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Converts four pixels at a time, as long as a write of 16 bytes stays within the row.</summary>
    /// <returns>The number of pixels converted.</returns>
    private static int DropAlpha(byte* source, byte* target, int width)
    {
        int x = 0;
        for (; Vector128.IsHardwareAccelerated && x + 6 <= width; x += 4)
        {
            Vector128.Shuffle(Vector128.Load(source + (4 * x)), WithoutAlpha).Store(target + (3 * x));
        }

        return x;
    }

    private static void Put(byte* source, byte* target, bool opaque)
    {
        int alpha = opaque ? 255 : source[3];
        if (alpha == 255)
        {
            target[0] = source[0];
            target[1] = source[1];
            target[2] = source[2];
            return;
        }

        int white = (255 * (255 - alpha)) + 127;
        target[0] = (byte)(((source[0] * alpha) + white) / 255);
        target[1] = (byte)(((source[1] * alpha) + white) / 255);
        target[2] = (byte)(((source[2] * alpha) + white) / 255);
    }

    /// <summary>
    /// Returns the transformation from upright to stored pixels: the axes are swapped first, then mirrored (EXIF tag
    /// 0x0112).
    /// </summary>
    private static (bool Swap, bool MirrorX, bool MirrorY) Axes(SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopRight => (false, true, false),
        SKEncodedOrigin.BottomRight => (false, true, true),
        SKEncodedOrigin.BottomLeft => (false, false, true),
        SKEncodedOrigin.LeftTop => (true, false, false),
        SKEncodedOrigin.RightTop => (true, false, true),
        SKEncodedOrigin.RightBottom => (true, true, true),
        SKEncodedOrigin.LeftBottom => (true, true, false),
        _ => (false, false, false),
    };
}
