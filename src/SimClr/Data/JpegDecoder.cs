using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>The decoder of JPEG images. In files and options: <c>auto</c>, <c>skia</c>, <c>turbojpeg</c>.</summary>
[JsonConverter(typeof(EnumTextConverter<JpegDecoder>))]
public enum JpegDecoder
{
    /// <summary>libturbojpeg if the system has it, or else SkiaSharp.</summary>
    Auto,

    /// <summary>SkiaSharp.</summary>
    Skia,

    /// <summary>libturbojpeg.</summary>
    TurboJpeg,
}
