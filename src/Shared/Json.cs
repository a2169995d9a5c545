using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SimClr.Internals;

/// <summary>The common JSON format of all files: snake_case keys, readable text.</summary>
[SharedSource]
internal static class Json
{
    public static JsonSerializerOptions Compact { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static JsonSerializerOptions Indented { get; } = new(Compact) { WriteIndented = true };

    /// <summary>
    /// Returns why a text could not be read into an object: the object's own message, or the position of the error.
    /// </summary>
    public static string ReasonOf(Exception error) => error is JsonException { Path: { } place }
        ? $"the value at {place} is invalid JSON, has the wrong type or is unknown"
        : error.Message;
}
