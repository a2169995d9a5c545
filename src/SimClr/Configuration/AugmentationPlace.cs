using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>The place where views are made. In files and options: <c>cpu</c>, <c>device</c>.</summary>
[JsonConverter(typeof(EnumTextConverter<AugmentationPlace>))]
public enum AugmentationPlace
{
    /// <summary>The threads that decode the images.</summary>
    Cpu,

    /// <summary>The training device, as tensor operations: the same views within rounding.</summary>
    Device,
}
