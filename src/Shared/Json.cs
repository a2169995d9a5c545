using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SimClr.Internals;

/// <summary>The common JSON format of all files: snake_case keys, readable text.</summary>
/// <remarks>
/// Each format names its resolver, and every call names its format. The serializer's own default has no resolver in a
/// program that is set up for native compilation, as file-based apps are, and would throw.
/// </remarks>
[SharedSource]
internal static class Json
{
    /// <summary>The serializer's default format: keys as declared, text escaped as in HTML.</summary>
    public static JsonSerializerOptions Plain { get; } = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static JsonSerializerOptions Compact { get; } = new(Plain)
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
