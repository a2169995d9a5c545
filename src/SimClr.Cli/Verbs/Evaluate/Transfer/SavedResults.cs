using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Evaluation;
using SimClr.Internals;
using SimClr.Store;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The results of sets that are done, a file each: what is interrupted loses only the set that it is at. A result is taken
/// up again where it came of the same encoder, protocol, settings, seed and images, by the same version of this program and
/// the same recipe.
/// </summary>
/// <param name="folder">Where they are.</param>
/// <param name="common">What they came of, but for the images.</param>
internal sealed class SavedResults(string folder, JsonObject common)
{
    // Counted up where the same settings give another result. 1: rates that did not end at 0, logistic regressions that stopped
    // early; its files have no number in their names.
    private const int Recipe = 2;

    private static readonly JsonSerializerOptions Format = new(Json.Compact)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly string protocol = common["protocol"]!.GetValue<string>();

    public string Folder => folder;

    /// <summary>Those of an encoder: in its run directory, or beside its file.</summary>
    public static SavedResults ForEncoder(TransferInputs request, TrainedEncoder encoder, DataOptions reading, int steps, long seed) => new(
        Directory.Exists(request.Run) ? Path.Join(request.Run, "transfer") : $"{request.Run}.transfer",
        new JsonObject
        {
            ["made_by"] = $"simclr {typeof(Pretrainer).Assembly.GetName().Version!.ToString(3)}",
            ["recipe"] = Recipe,
            ["encoder"] = EncoderFingerprint.Compute(encoder),
            ["protocol"] = request.Protocol,
            ["grid"] = request.Protocol == TransferInputs.Linear ? null : request.Grid,
            ["steps"] = request.Protocol == TransferInputs.Linear ? null : steps,
            ["reading"] = JsonSerializer.SerializeToNode(reading, Json.Compact),
            ["seed"] = seed,
        });

    /// <summary>The file of a set.</summary>
    public string FileOf(TransferSet set) => Path.Join(folder, $"{set.Name}-{protocol}-{Recipe}.json");

    /// <summary>The file in which a version of an earlier recipe kept the result of a set; null where there is none.</summary>
    public string? EarlierFileOf(TransferSet set)
        => Path.Join(folder, $"{set.Name}-{protocol}.json") is var file && File.Exists(file) ? file : null;

    /// <summary>The result of a set that was measured before in the same way; null where there is none.</summary>
    public TransferResult? Find(TransferSplits splits)
    {
        try
        {
            using FileStream stream = RegularFile.OpenRead(FileOf(splits.Set));
            SavedResult? kept = JsonSerializer.Deserialize<SavedResult>(stream, Format);
            return kept is not null && kept.Of.ToJsonString() == OriginOf(splits).ToJsonString() ? kept.ToResult(splits) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null;   // None, or damaged: it is measured again.
        }
    }

    /// <summary>Keeps a result, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public void Save(TransferSplits splits, TransferResult result) => AtomicFile.Write(
        FileOf(splits.Set), stream => JsonSerializer.Serialize(stream, SavedResult.From(OriginOf(splits), result, Seed), Format));

    private long Seed => common["seed"]!.GetValue<long>();

    private JsonNode OriginOf(TransferSplits splits)
    {
        JsonNode origin = common.DeepClone();
        origin["images"] = new JsonArray([.. new[] { splits.Train, splits.Validation, splits.Test }.Select(part => JsonValue.Create(part.Fingerprint))]);
        return origin;
    }
}
