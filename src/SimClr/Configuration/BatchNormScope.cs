using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>
/// The views whose statistics batch norm uses in a run of several ranks. In files and options: <c>global</c>,
/// <c>rank</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<BatchNormScope>))]
public enum BatchNormScope
{
    /// <summary>The views of all ranks (paper, Section 2.2).</summary>
    Global,

    /// <summary>The views of each rank alone. The running statistics are the mean over the ranks.</summary>
    Rank,
}
