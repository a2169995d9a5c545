using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SimClr.Internals;

/// <summary>
/// The texts of enum members in configurations, <c>run.json</c> and options: the member's name in lower case, or the
/// name in its <see cref="JsonStringEnumMemberNameAttribute"/>.
/// </summary>
[SharedSource]
internal static class EnumText
{
    private static readonly ConcurrentDictionary<Type, string[]> Known = new();

    /// <summary>Returns the text of a value.</summary>
    public static string Text<T>(this T value)
        where T : struct, Enum
    {
        int at = Array.IndexOf(Enum.GetValues<T>(), value);
        return at >= 0
            ? All<T>()[at]
            : throw new ArgumentOutOfRangeException(
                nameof(value), $"got {value}, expected one of {string.Join(", ", All<T>())}");
    }

    /// <summary>Returns the texts of all values, in their order.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => All(typeof(T));

    /// <summary>Returns the value of a text.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// No value has this text. The message lists all texts and suggests the nearest.
    /// </exception>
    public static T Parse<T>(string text)
        where T : struct, Enum => (T)Parse(typeof(T), text);

    /// <inheritdoc cref="Parse{T}"/>
    public static object Parse(Type type, string text)
    {
        string[] all = All(type);
        int at = Array.IndexOf(all, text);
        return at >= 0
            ? Enum.GetValues(type).GetValue(at)!
            : throw new ArgumentOutOfRangeException(
                null, $"got '{text}', expected one of {string.Join(", ", all)}{DidYouMean.Hint(text, all)}");
    }

    private static string[] All(Type type) => Known.GetOrAdd(type, static type =>
    [
        .. Enum.GetNames(type).Select(
            name => type.GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
                ?? name.ToLowerInvariant()),
    ]);
}

/// <summary>Reads and writes an enum as its <see cref="EnumText"/>, and nothing else.</summary>
[SharedSource]
internal sealed class EnumTextConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String
            ? EnumText.Parse<T>(reader.GetString()!)
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        => writer.WriteStringValue(value.Text());
}
