using System.Text.Json;
using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// A JSON file about a run that other programs may read: <c>state.json</c> and the evaluations. Keys that a later
/// version added are ignored.
/// </summary>
internal static class RecordFile
{
    private static readonly JsonSerializerOptions Format = new(Json.Indented)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a file.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="what">What it should be, for the message.</param>
    /// <exception cref="DataException">The file cannot be read, or is incomplete.</exception>
    public static T Read<T>(string file, string what)
    {
        try
        {
            using StreamReader text = RegularFile.OpenText(file);
            return JsonSerializer.Deserialize<T>(text.ReadToEnd(), Format) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or IOException
            or UnauthorizedAccessException)
        {
            throw new DataException($"{file}: this is not {what} ({Json.ReasonOf(error)})", error);
        }
    }

    /// <summary>Writes a file completely or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing the file is not permitted.</exception>
    public static void Write<T>(string file, T record)
        => AtomicFile.WriteText(file, JsonSerializer.Serialize(record, Format) + "\n");
}
