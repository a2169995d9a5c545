using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Evaluation;

namespace SimClr.Training;

/// <summary>
/// The record of an evaluation: <c>evaluations/KIND-HASH.json</c> in the run directory. The hash covers kind, data,
/// settings and encoder, so a repeated evaluation replaces its own record and no other.
/// </summary>
public sealed record EvaluationRecord
{
    private const string Extension = ".json";

    /// <summary>
    /// <c>knn</c>, <c>linear</c>, <c>logistic</c>, <c>finetune</c>, <c>transfer</c>, <c>supervised</c>,
    /// <c>transformations</c>, <c>contrastive</c> or <c>spectrum</c>.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>The images by use: <c>train</c>, <c>validation</c>, <c>test</c>, <c>data</c>.</summary>
    public required IReadOnlyDictionary<string, RunRecord.DataRecord> Data { get; init; }

    /// <summary>The settings that were asked for: k, temperature, epochs, seed and the like.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>The evaluated encoder.</summary>
    public required EncoderRecord Encoder { get; init; }

    /// <summary>The numbers, under the keys that the verb prints with <c>--json</c>.</summary>
    public required JsonObject Results { get; init; }

    /// <summary>
    /// The file with the prediction for each test image; a relative path starts at the folder of the record. Null if
    /// none was written.
    /// </summary>
    public string? Predictions { get; init; }

    /// <summary>The duration in seconds; null if the result was reused.</summary>
    public double? Seconds { get; init; }

    /// <summary>When the evaluation ended.</summary>
    public DateTimeOffset Date { get; init; } = TimeProvider.System.GetUtcNow();

    /// <summary>The version of this library.</summary>
    public string Version { get; init; } = typeof(EvaluationRecord).Assembly.GetName().Version!.ToString(3);

    /// <summary>
    /// The accuracy, 0 … 1: <c>top1</c>, or <c>value</c> of a transfer set, which has a measure of its own; null if
    /// there is neither.
    /// </summary>
    [JsonIgnore]
    public double? Accuracy => Number(Results["top1"] ?? Results["value"]);

    /// <summary>The 95% interval of <see cref="Accuracy"/> over the test images, or null.</summary>
    [JsonIgnore]
    public Interval? AccuracyInterval
        => (Results["top1_interval"] ?? Results["interval"]) is JsonArray { Count: 2 } ends
            && Number(ends[0]) is { } low
            && Number(ends[1]) is { } high
                ? new Interval(low, high)
                : null;

    /// <summary>
    /// The first 16 hex digits of a SHA-256 over kind, images and settings: equal for evaluations of different encoders
    /// that can be compared.
    /// </summary>
    [JsonIgnore]
    public string Task => Fingerprint.Compute(
    [
        Kind,
        .. Data.OrderBy(set => set.Key, StringComparer.Ordinal)
            .Select(set => $"{set.Key} {set.Value.Images} {set.Value.Fingerprint}"),
        Sorted(Settings)!.ToJsonString(),
    ]);

    /// <summary>The first 16 hex digits of a SHA-256 over <see cref="Task"/> and the encoder.</summary>
    [JsonIgnore]
    public string Hash => Fingerprint.Compute([Task, Encoder.Sha256]);

    /// <summary>The name of the record: <c>KIND-HASH</c>.</summary>
    [JsonIgnore]
    public string Name => $"{Kind}-{Hash}";

    /// <summary>Returns the path of the predictions; null if none were written.</summary>
    /// <param name="run">The run directory of the record.</param>
    public string? PredictionsFile(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Predictions is null ? null : Path.Combine(run.EvaluationFolder, Predictions);
    }

    /// <summary>Returns the path of a record in a run directory.</summary>
    public string FileIn(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Path.Combine(run.EvaluationFolder, Name + Extension);
    }

    /// <summary>Writes the record to a run directory. The file is written completely or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing the file is not permitted.</exception>
    public void Write(RunDirectory run) => RecordFile.Write(FileIn(run), this);

    /// <summary>Reads a record.</summary>
    /// <exception cref="DataException">The file cannot be read, or is not a complete record.</exception>
    public static EvaluationRecord Read(string file)
    {
        EvaluationRecord record = RecordFile.Read<EvaluationRecord>(file, "the record of an evaluation");
        return record.Data.Values.All(set => set is not null)
            ? record
            : throw new DataException($"{file}: this is not the record of an evaluation (a set is null)");
    }

    /// <summary>Returns the files of the records in a run directory, sorted by name.</summary>
    internal static IReadOnlyList<string> FilesIn(RunDirectory run)
        => Directory.Exists(run.EvaluationFolder)
            ? [.. Directory.GetFiles(run.EvaluationFolder, "*" + Extension).Order(StringComparer.Ordinal)]
            : [];

    private static double? Number(JsonNode? node)
        => node is JsonValue value && value.TryGetValue(out double number) && double.IsFinite(number)
            ? number
            : null;

    // The order in which settings were written says nothing about the evaluation.
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => KeyValuePair.Create(entry.Key, Sorted(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    /// <summary>The identity of an evaluated encoder.</summary>
    /// <param name="Sha256">The SHA-256 of its file, in hex digits.</param>
    /// <param name="Step">The step of the checkpoint, if the run was not finished; otherwise null.</param>
    public sealed record EncoderRecord(string Sha256, long? Step = null)
    {
        /// <summary>Identifies an encoder that was loaded from a file.</summary>
        /// <param name="encoder">The encoder.</param>
        /// <exception cref="IOException">The file cannot be read any more.</exception>
        public static EncoderRecord Of(TrainedEncoder encoder)
        {
            ArgumentNullException.ThrowIfNull(encoder);
            using FileStream stream = File.OpenRead(encoder.SourceFile
                ?? throw new ArgumentException("the encoder was not loaded from a file", nameof(encoder)));
            return new EncoderRecord(
                Convert.ToHexStringLower(SHA256.HashData(stream)),
                encoder.Metadata.TryGetValue("step", out string? text)
                    && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long step)
                        ? step
                        : null);
        }
    }
}
