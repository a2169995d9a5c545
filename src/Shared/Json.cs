using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SimClr.Internals;

/// <summary>How objects are written as JSON everywhere: snake_case keys, readable text.</summary>
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

    /// <summary>Why a text could not be read into an object: what the object itself says, or where the text went wrong.</summary>
    public static string ReasonOf(Exception error) => error is JsonException { Path: { } place }
        ? $"what stands at {place} is no JSON, of another type, or not known here"
        : error.Message;
}
