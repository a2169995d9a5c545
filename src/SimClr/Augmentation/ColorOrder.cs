using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Augmentation;

/// <summary>
/// The order of the four operations of the color jitter. In files and options: <c>random</c>, <c>fixed</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<ColorOrder>))]
public enum ColorOrder
{
    /// <summary>A new order for each view.</summary>
    Random,

    /// <summary>Brightness, contrast, saturation, hue (paper, Appendix A).</summary>
    Fixed,
}
