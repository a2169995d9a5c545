using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace SimClr.Data;

/// <summary>
/// Decodes JPEG with the system's libturbojpeg, if present (2.0 or later; Debian: libturbojpeg0), with accurate DCT and
/// smooth upsampling, as SkiaSharp does. It decodes complete gray and color files and leaves the rest to SkiaSharp.
/// </summary>
internal sealed unsafe class TurboJpeg
{
    private const int Rgb = 0;
    private const int LastColorspace = 2;   // 0 to 2 are RGB, YCbCr and gray; 3 and 4 are CMYK and YCCK.
    private const int AccurateDct = 4096;
    private const int StopOnWarning = 8192;
    private const int LimitScans = 32768;   // To 500; the limit in JpegScans is lower.

    private static readonly Lazy<TurboJpeg?> Found = new(Load);

    private readonly delegate* unmanaged<nint> create;
    private readonly delegate* unmanaged<nint, int> destroy;
    private readonly delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> readHeader;
    private readonly delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> decompress;

    // One per thread that has decoded concurrently; kept for the life of the process.
    private readonly ConcurrentBag<nint> handles = [];

    private TurboJpeg(nint library)
    {
        create = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "tjInitDecompress");
        destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "tjDestroy");
        readHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)
            NativeLibrary.GetExport(library, "tjDecompressHeader3");
        decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)
            NativeLibrary.GetExport(library, "tjDecompress2");
    }

    /// <summary>The file names tried for the library.</summary>
    public static IReadOnlyList<string> Names { get; } = OperatingSystem.IsWindows()
        ? ["turbojpeg.dll", "libturbojpeg.dll"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    /// <summary>Whether the system has the library.</summary>
    public static bool IsAvailable => Found.Value is not null;

    /// <summary>Decodes a file to an upright image; null if it is not a JPEG or is left to SkiaSharp.</summary>
    /// <exception cref="UnreadableImageException">The image is larger than the limit.</exception>
    public static RgbImage? TryDecode(ReadOnlySpan<byte> encoded, string path, DataOptions options)
        => encoded is [0xFF, 0xD8, 0xFF, ..] ? Found.Value?.Decode(encoded, path, options) : null;

    private static TurboJpeg? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)
                && NativeLibrary.TryGetExport(library, "tjGetErrorCode", out _)
                && NativeLibrary.TryGetExport(library, "tjDecompress2", out _))
            {
                return new TurboJpeg(library);
            }
        }

        return null;
    }

    private RgbImage? Decode(ReadOnlySpan<byte> encoded, string path, DataOptions options)
    {
        if (!handles.TryTake(out nint handle) && (handle = create()) == 0)
        {
            return null;
        }

        RgbImage? image = null;
        try
        {
            return image = Decode(handle, encoded, path, options);
        }
        finally
        {
            // A handle that failed on a broken file may reject good ones afterward.
            if (image is null)
            {
                destroy(handle);
            }
            else
            {
                handles.Add(handle);
            }
        }
    }

    private RgbImage? Decode(nint handle, ReadOnlySpan<byte> encoded, string path, DataOptions options)
    {
        fixed (byte* file = encoded)
        {
            var length = new CULong((nuint)encoded.Length);
            (int width, int height, int subsampling, int colorspace) = (0, 0, 0, 0);
            if (readHeader(handle, file, length, &width, &height, &subsampling, &colorspace) != 0
                || colorspace > LastColorspace)
            {
                return null;
            }

            DecodedSize.Check(encoded, width, height, path, options);
            int divisor = DecodedSize.DivisorFor(width, height, options);
            (width, height) = ((width + divisor - 1) / divisor, (height + divisor - 1) / divisor);
            byte[] pixels = PixelPool.Rent(3 * width * height);
            fixed (byte* rgb = pixels)
            {
                int failed = decompress(
                    handle, file, length, rgb, width, 3 * width, height, Rgb, AccurateDct | StopOnWarning | LimitScans);
                SKEncodedOrigin origin = ExifOrientation.Read(encoded);
                if (failed == 0 && origin == SKEncodedOrigin.TopLeft)
                {
                    return new RgbImage(width, height, pixels.AsMemory(0, 3 * width * height));
                }

                RgbImage? turned = failed != 0 ? null : PixelLayout.ToRgb(rgb, 3, width, height, origin, opaque: true);
                PixelPool.Return(pixels);
                return turned;
            }
        }
    }
}
