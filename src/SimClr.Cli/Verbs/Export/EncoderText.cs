using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Encoders;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>A short description of an encoder.</summary>
internal static class EncoderText
{
    public static string Describe(EncoderOptions encoder)
        => string.Create(
            CultureInfo.InvariantCulture, $"{encoder.Name}, width {encoder.Width}, stem {encoder.Stem.Text()}");

    public static JsonObject Json(EncoderOptions encoder)
        => new() { ["name"] = encoder.Name, ["width"] = encoder.Width, ["stem"] = encoder.Stem.Text() };
}
