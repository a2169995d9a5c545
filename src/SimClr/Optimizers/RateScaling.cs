using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Optimizers;

/// <summary>
/// The growth of the peak learning rate with the batch size N, in images (paper, Appendix B.1). In files and options:
/// <c>linear</c>, <c>sqrt</c>, <c>none</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<RateScaling>))]
public enum RateScaling
{
    /// <summary>Base rate · N / 256.</summary>
    Linear,

    /// <summary>Base rate · √N.</summary>
    Sqrt,

    /// <summary>The base rate.</summary>
    None,
}
