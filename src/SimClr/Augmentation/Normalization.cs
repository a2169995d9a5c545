using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// Normalization of pixels. Stored with the encoder. In files and options: <c>none</c>, <c>imagenet</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<Normalization>))]
public enum Normalization
{
    /// <summary>Pixels stay in [0, 1], as in the paper's code.</summary>
    None,

    /// <summary>
    /// Minus the mean (0.485, 0.456, 0.406), divided by the standard deviation (0.229, 0.224, 0.225).
    /// </summary>
    ImageNet,
}
