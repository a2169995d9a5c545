using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Duplicates;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>The threshold of a search for near-duplicates, and how it was chosen.</summary>
/// <param name="Kind">
/// <c>auto</c> (measured), <c>given</c> (by the user), <c>default</c> (the encoder is not known) or <c>hash</c> (no
/// encoder).
/// </param>
/// <param name="Value">The minimum cosine of near-duplicates; null without an encoder.</param>
/// <param name="Measured">The measurement; null if there was none.</param>
internal sealed record ThresholdChoice(string Kind, double? Value, CopyThreshold? Measured = null)
{
    public static ThresholdChoice Hash { get; } = new("hash", null);

    /// <summary>The threshold in the summary of a search.</summary>
    public string Text => Value is { } cosine
        ? string.Create(CultureInfo.InvariantCulture, $"at cosine {cosine:0.######}")
        : $"by bytes and hash (at most {PerceptualHash.MaxDistance} of 64 bits differ)";

    /// <summary>A line on a measured threshold; null for others.</summary>
    public string? Line => Measured is null ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"threshold {Value:0.######}, measured on copies of {Measured.Images} of the images: "
            + $"{Percent(Measured.Precision)} of accepted pairs are copies, {Percent(Measured.Recall)} of copies are "
            + $"found ({Recalls})");

    private string Recalls
        => string.Join(", ", Measured!.RecallByChange.Select(kind => $"{Name(kind.Key)} {Percent(kind.Value)}"));

    public void AddTo(JsonObject json)
    {
        json["threshold"] = Value;
        json["threshold_choice"] = Kind;
        json["precision"] = Rounded(Measured?.Precision);
        json["recall"] = Rounded(Measured?.Recall);
        json["measured_images"] = Measured?.Images;
        json["recall_by_change"] = Measured is null ? null : new JsonObject(Measured.RecallByChange.Select(
            kind => KeyValuePair.Create(Name(kind.Key), (JsonNode?)Rounded(kind.Value))));
    }

    private static string Name(CopyChange change) => change.Text();

    private static string Percent(double share)
        => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");

    private static double? Rounded(double? share) => share is { } value ? Math.Round(value, 4) : null;
}
