using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Losses;

/// <summary>
/// The contrastive loss (paper, Table 2). In files and options: <c>nt-xent</c>, <c>nt-logistic</c>, <c>margin</c>.
/// </summary>
[JsonConverter(typeof(EnumTextConverter<LossName>))]
public enum LossName
{
    /// <summary>NT-Xent: softmax cross-entropy over all negatives (paper, Eq. 1).</summary>
    [JsonStringEnumMemberName("nt-xent")]
    NtXent,

    /// <summary>NT-Logistic: a logistic loss of each pair.</summary>
    [JsonStringEnumMemberName("nt-logistic")]
    NtLogistic,

    /// <summary>Margin triplet loss.</summary>
    Margin,
}
