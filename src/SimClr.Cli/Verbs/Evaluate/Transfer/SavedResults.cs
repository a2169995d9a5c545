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
/// The results of finished sets, one file each, so that an interruption loses only the current set. A result is reused
/// if encoder, protocol, settings, seed, images, program version and recipe are the same.
/// </summary>
/// <param name="folder">The folder of the files.</param>
/// <param name="common">The origin of the results, without the images.</param>
internal sealed class SavedResults(string folder, JsonObject common)
{
    // Incremented when the same settings produce a different result. Version 1: rates did not end at 0, logistic
    // regressions stopped early; its file names contain no number.
    private const int Recipe = 2;

    private static readonly JsonSerializerOptions Format = new(Json.Compact)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly string protocol = common["from_scratch"] is null
        ? common["protocol"]!.GetValue<string>()
        : "scratch";

    public string Folder => folder;

    /// <summary>Returns the results of an encoder, in its run directory or next to its file.</summary>
    public static SavedResults ForEncoder(
        TransferInputs request, TrainedEncoder encoder, DataOptions reading, int steps, long seed)
    {
        var origin = new JsonObject
        {
            ["made_by"] = $"simclr {typeof(Pretrainer).Assembly.GetName().Version!.ToString(3)}",
            ["recipe"] = Recipe,
            ["encoder"] = EncoderFingerprint.Compute(encoder),
            ["protocol"] = request.Protocol,
            ["grid"] = request.Protocol == TransferInputs.Linear ? null : request.Grid,
            ["steps"] = request.Protocol == TransferInputs.Linear ? null : steps,
            ["reading"] = JsonSerializer.SerializeToNode(reading, Json.Compact),
            ["seed"] = seed,
        };
        if (request.FromScratch)
        {
            origin["from_scratch"] = true;
        }

        return new SavedResults(
            Directory.Exists(request.Run) ? Path.Join(request.Run, "transfer") : $"{NameOf(request.Run)}.transfer",
            origin);
    }

    /// <summary>Returns the file of a set.</summary>
    public string FileOf(TransferSet set) => Path.Join(folder, $"{set.Name}-{protocol}-{Recipe}.json");

    /// <summary>Returns the file of a set's result from an earlier recipe; null if there is none.</summary>
    public string? EarlierFileOf(TransferSet set)
        => Path.Join(folder, $"{set.Name}-{protocol}.json") is var file && File.Exists(file) ? file : null;

    /// <summary>Returns the saved result of a set with the same origin; null if there is none.</summary>
    public TransferResult? Find(TransferSplits splits)
    {
        try
        {
            using FileStream stream = RegularFile.OpenRead(FileOf(splits.Set));
            SavedResult? kept = JsonSerializer.Deserialize<SavedResult>(stream, Format);
            return kept is not null && kept.Of.ToJsonString() == OriginOf(splits).ToJsonString()
                ? kept.ToResult(splits)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException
            or ArgumentException)
        {
            return null;   // missing or damaged: measured again
        }
    }

    /// <summary>Saves a result, completely or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing the file is not permitted.</exception>
    public void Save(TransferSplits splits, TransferResult result) => AtomicFile.Write(
        FileOf(splits.Set),
        stream => JsonSerializer.Serialize(stream, SavedResult.From(OriginOf(splits), result, Seed), Format));

    // The results of an encoder file are beside it; those of named weights are in the current folder.
    private static string NameOf(string run)
        => WeightsCatalog.IsName(run) ? run[WeightsCatalog.Scheme.Length..] : run;

    private long Seed => common["seed"]!.GetValue<long>();

    private JsonNode OriginOf(TransferSplits splits)
    {
        JsonNode origin = common.DeepClone();
        origin["images"] = new JsonArray([.. new[] { splits.Train, splits.Validation, splits.Test }
            .Select(part => JsonValue.Create(part.Fingerprint))]);
        return origin;
    }
}
