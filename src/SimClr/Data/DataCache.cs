using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// Whether decoded images are kept in memory. In files and options: <c>auto</c>, <c>always</c>, <c>never</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<DataCache>))]
public enum DataCache
{
    /// <summary>If they fit into a quarter of the memory.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
