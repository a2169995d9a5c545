using System.Text.Json.Serialization;

namespace SimClr.Checkpoints;

/// <summary>
/// What weights were compared with at their first download. Later downloads must have the same SHA-256 in any case. In
/// files: <c>complete</c>, <c>prefix</c>, <c>first-download</c>.
/// </summary>
public enum WeightsPin
{
    /// <summary>A complete checksum.</summary>
    Complete,

    /// <summary>The first digits of a checksum.</summary>
    Prefix,

    /// <summary>Nothing: no checksum is known.</summary>
    [JsonStringEnumMemberName("first-download")]
    FirstDownload,
}
