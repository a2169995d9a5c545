using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Heads;

/// <summary>The kind of the projection head g. In files and options: <c>mlp</c>, <c>linear</c>, <c>none</c>.</summary>
[JsonConverter(typeof(EnumTextConverter<HeadKind>))]
public enum HeadKind
{
    /// <summary>Linear layers with ReLU between them (the paper's nonlinear head).</summary>
    Mlp,

    /// <summary>One linear layer.</summary>
    Linear,

    /// <summary>No head: the loss is computed on h itself.</summary>
    None,
}
