using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// An operation of a view (paper, Figure 4 and Table B.2). In files and options: the name in lower case, such as
/// <c>crop</c> or <c>motion-blur</c>. The numbers address the random draws and never change.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<ViewOperation>))]
public enum ViewOperation
{
    /// <summary>Random crop, resized to the view (area and aspect ratio: <c>area_min</c> …).</summary>
    Crop = 0,

    /// <summary>Horizontal flip (<c>flip_probability</c>).</summary>
    Flip = 1,

    /// <summary>Brightness, contrast, saturation and hue in random order (<c>strength</c>).</summary>
    Color = 2,

    /// <summary>Conversion to grayscale (<c>gray_probability</c>).</summary>
    Gray = 3,

    /// <summary>Gaussian blur (<c>blur</c>, <c>blur_probability</c>).</summary>
    Blur = 4,

    /// <summary>A gray square over a random part of the view (<c>cutout_size</c>).</summary>
    Cutout = 5,

    /// <summary>Rotation by 0, 90, 180 or 270 degrees, each equally likely.</summary>
    Rotate = 6,

    /// <summary>Gaussian noise, independent for each value (<c>noise_sigma_max</c>).</summary>
    Noise = 7,

    /// <summary>The magnitude of the Sobel gradient of each channel.</summary>
    Sobel = 8,

    /// <summary>Equalization of the histogram of each channel.</summary>
    Equalize = 9,

    /// <summary>Inversion of the values at or above a threshold (<c>solarize_threshold</c>).</summary>
    Solarize = 10,

    /// <summary>Motion blur in a random direction (<c>motion_blur_length</c>).</summary>
    [JsonStringEnumMemberName("motion-blur")]
    MotionBlur = 11,

    /// <summary>A learned policy of pairs of operations (Cubuk et al. 2019; <c>policy</c>).</summary>
    AutoAugment = 12,
}
