using System.Text.Json;
using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Cli.Studies;

/// <summary>What was measured on a cell: <c>cells/NAME.json</c>.</summary>
/// <param name="Study">The study.</param>
/// <param name="Arm">The arm.</param>
/// <param name="Points">The label on each axis.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Version">The version of the command.</param>
/// <param name="Train">The command that trained its run; null if none.</param>
/// <param name="Diverged">Whether training diverged; then nothing was measured.</param>
/// <param name="TrainSeconds">The duration of training, over all sittings.</param>
/// <param name="Measurements">The measurements by name.</param>
internal sealed record CellRecord(
    string Study,
    string Arm,
    IReadOnlyList<string> Points,
    long Seed,
    string Version,
    string? Train,
    bool Diverged,
    double TrainSeconds,
    IReadOnlyDictionary<string, CellMeasurement> Measurements)
{
    /// <summary>Reads the record of a cell; null if there is none.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static CellRecord? Find(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<CellRecord>(File.ReadAllText(file), Json.Compact)
                is { Measurements: not null, Arm: not null, Points: not null, Version: not null } record
                && record.Measurements.Values.All(measurement => measurement is { Command: not null })
                    ? record
                    : throw new JsonException("the measurements are missing");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{file}: this is not the record of a cell ({Json.ReasonOf(error)}); remove the file, and the study "
                    + "measures the cell again",
                error);
        }
    }

    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.WriteText(file, JsonSerializer.Serialize(this, Json.Indented) + "\n");
    }
}

/// <summary>One measured number.</summary>
/// <param name="Command">The command line, without <c>simclr</c>.</param>
/// <param name="Value">
/// The number as the command reports it (accuracies as shares); null if an optional one is not there.
/// </param>
/// <param name="Low">The lower end of its 95% interval over the test images; null without.</param>
/// <param name="High">The upper end.</param>
/// <param name="Seconds">The duration of the command.</param>
/// <param name="Series">Numbers to draw as a curve; or null.</param>
internal sealed record CellMeasurement(
    string Command,
    double? Value,
    double? Low,
    double? High,
    double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<double>? Series = null);
