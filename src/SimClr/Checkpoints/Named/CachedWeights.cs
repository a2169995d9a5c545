using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// Weights in a <see cref="WeightsCache"/>: the converted encoder, and where it came from, which is recorded beside it
/// in <c>NAME.json</c>.
/// </summary>
/// <param name="Name">The name of the weights.</param>
/// <param name="File">The path of the encoder: <c>NAME.safetensors</c>.</param>
/// <param name="Address">The address or file that the weights were taken from.</param>
/// <param name="Sha256">The SHA-256 of the file as published, in hexadecimal digits.</param>
/// <param name="Bytes">The size of the file as published.</param>
/// <param name="Pinned">What it was compared with at the first download.</param>
public sealed record CachedWeights(
    string Name, string File, string Address, string Sha256, long Bytes, WeightsPin Pinned)
{
    /// <summary>Whether the weights were there before, and nothing was downloaded.</summary>
    public bool AlreadyPresent { get; init; }

    /// <summary>The path of the record of an encoder's file.</summary>
    internal static string RecordOf(string file) => Path.ChangeExtension(file, ".json");

    /// <summary>Writes the record, after the encoder itself.</summary>
    internal void Write() => AtomicFile.WriteText(
        RecordOf(File),
        new JsonObject
        {
            ["name"] = Name,
            ["address"] = Address,
            ["sha256"] = Sha256,
            ["bytes"] = Bytes,
            ["pinned"] = Pinned.Text(),
            ["converted_from"] = Address[(Address.LastIndexOfAny(['/', '\\']) + 1)..],
            ["file_bytes"] = new FileInfo(File).Length,
        }.ToJsonString(Json.Indented) + "\n");

    /// <summary>Reads the record of an encoder's file; null if there is none, or if it is damaged.</summary>
    /// <param name="file">The path of the encoder, which need not exist.</param>
    /// <param name="isWhole">Whether the encoder is there, with the size at which it was written.</param>
    internal static CachedWeights? Read(string file, out bool isWhole)
    {
        isWhole = false;
        try
        {
            string path = RecordOf(file);
            if (!System.IO.File.Exists(path)
                || JsonNode.Parse(System.Text.Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path))) is not JsonObject
                    json)
            {
                return null;
            }

            isWhole = System.IO.File.Exists(file) && new FileInfo(file).Length == (long?)json["file_bytes"];
            return new CachedWeights(
                Text("name"),
                file,
                Text("address"),
                Sha256Of(Text("sha256")),
                (long?)json["bytes"] ?? throw new FormatException("bytes"),
                EnumText.Parse<WeightsPin>(Text("pinned")))
            {
                AlreadyPresent = true,
            };

            string Text(string key) => (string?)json[key] ?? throw new FormatException(key);

            string Sha256Of(string digits)
                => FileChecksum.Sha256(digits).IsComplete ? digits : throw new FormatException("sha256");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException
            or FormatException or IOException or UnauthorizedAccessException)
        {
            isWhole = false;
            return null;
        }
    }
}
