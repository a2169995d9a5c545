using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Encoders;

/// <summary>The first layers of an encoder. In files and options: <c>auto</c>, <c>small</c>, <c>imagenet</c>.</summary>
[JsonConverter(typeof(EnumTextConverter<EncoderStem>))]
public enum EncoderStem
{
    /// <summary><see cref="Small"/> for views of at most 64 pixels, or else <see cref="ImageNet"/>.</summary>
    Auto,

    /// <summary>A 3×3 convolution of stride 1 without pooling (paper, Appendix B.9).</summary>
    Small,

    /// <summary>A 7×7 convolution of stride 2 and a pooling layer.</summary>
    ImageNet,
}
