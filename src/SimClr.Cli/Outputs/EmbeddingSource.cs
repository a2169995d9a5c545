using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Cli.Outputs;

/// <summary>
/// The encoder and the images of an embeddings file, as stored beside it, so that later commands need not ask for them.
/// </summary>
/// <param name="Run">The run directory or encoder file.</param>
/// <param name="Layer">The embedded layer.</param>
/// <param name="Images">The images as the user specified them.</param>
internal sealed record EmbeddingSource(string Run, string Layer, string Images)
{
    /// <summary>The suffix of the file, appended to the name of the embeddings file.</summary>
    public const string Suffix = ".source.json";

    /// <summary>Describes the arguments of an embedding, with full paths.</summary>
    public static EmbeddingSource Create(string run, string layer, string images)
        => new(Full(run), layer, Full(images));

    /// <summary>Reads the source of an embeddings file; null if none is stored.</summary>
    public static EmbeddingSource? Of(string embeddings) => Read(embeddings + Suffix);

    /// <summary>Reads a file of this kind; null for any other.</summary>
    public static EmbeddingSource? Read(string file)
    {
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize<EmbeddingSource>(RegularFile.ReadAllBytes(file), Json.Compact)
                : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Returns the content of the file.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json.Indented), (byte)'\n'];

    // A data spec or another name stays as typed.
    private static string Full(string path)
        => File.Exists(path) || Directory.Exists(path) ? Path.GetFullPath(path) : path;
}
