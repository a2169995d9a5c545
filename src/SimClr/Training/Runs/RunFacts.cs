using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// The facts that determine a run, by name. They are equal on ranks that were started in the same way.
/// </summary>
internal static class RunFacts
{
    public static Dictionary<string, string> Collect(RunRecord record)
    {
        JsonObject configuration = RunConfiguration.ToJson(record.Configuration);
        var facts = new Dictionary<string, string>
        {
            ["command"] = record.Task,
            ["images"] = $"{record.Data.Images}",
            ["fingerprint of the data"] = record.Data.Fingerprint,
            ["JPEG decoder"] = record.Machine.Decoder ?? "none",
            ["device in use"] = ComputeDevice.KindOf(record.Machine.Device),   // Each rank has its own number.
            ["precision in use"] = record.Machine.Precision,
            ["custom augmentation"] = record.CustomAugmentation ?? "none",
            ["custom loss"] = record.CustomLoss ?? "none",
            ["custom head"] = record.CustomHead ?? "none",
        };
        foreach (string path in ConfigurationKeys.Paths.Except(ConfigurationKeys.ThatMayDiffer(Between.Ranks)))
        {
            JsonNode? value = path.Split('.').Aggregate((JsonNode?)configuration, (node, key) => node?[key]);
            facts[path] = value?.ToJsonString() ?? "null";
        }

        return facts;
    }
}
