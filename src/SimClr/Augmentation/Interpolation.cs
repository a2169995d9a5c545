using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>Resampling of images, with antialiasing. In files and options: <c>bicubic</c>, <c>bilinear</c>.</summary>
[JsonConverter(typeof(EnumTextConverter<Interpolation>))]
public enum Interpolation
{
    /// <summary>Cubic convolution.</summary>
    Bicubic,

    /// <summary>Linear between neighboring pixels.</summary>
    Bilinear,
}
