using System.Globalization;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Bench;

/// <summary>Writes a row as JSON and reads it back, to pass rows between processes.</summary>
internal static class BenchRowJson
{
    public static JsonObject Write(BenchRow row) => new()
    {
        ["name"] = row.Name,
        ["what"] = row.Description,
        ["value"] = Significant(row.Result.Median),
        ["low"] = Significant(row.Result.Low),
        ["high"] = Significant(row.Result.High),
        ["rounds"] = row.Result.Rounds,
        ["unit"] = row.Unit,
        ["at_least"] = row.Target is { AtLeast: true } least ? least.Bound : null,
        ["at_most"] = row.Target is { AtLeast: false } most ? most.Bound : null,
        ["met"] = row.TargetMet,
        ["figures"] = new JsonObject(
            [.. row.Figures.Select(figure => KeyValuePair.Create(figure.Key, (JsonNode?)Significant(figure.Value)))]),
    };

    public static BenchRow Read(JsonNode json)
    {
        var result = new Spread(Number("value"), Number("low"), Number("high"), json["rounds"]!.GetValue<int>());
        Target? target = json["at_least"] is not null ? Target.Min(Number("at_least"))
            : json["at_most"] is not null ? Target.Max(Number("at_most"))
            : null;
        return new BenchRow(Text("name"), Text("what"), result, Text("unit"), target)
        {
            Figures = json["figures"]!.AsObject()
                .ToDictionary(figure => figure.Key, figure => figure.Value!.GetValue<double>()),
        };

        double Number(string key) => json[key]!.GetValue<double>();
        string Text(string key) => json[key]!.GetValue<string>();
    }

    /// <summary>Rounds to three significant digits, or to an integer from 1,000; more digits would be noise.</summary>
    public static double Significant(double value)
        => double.Parse(
            value.ToString(Math.Abs(value) >= 1000 ? "F0" : "G3", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
}
