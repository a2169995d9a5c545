using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>What decides an evaluation, by name: ranks that were started alike have the same.</summary>
internal static class EvaluationFacts
{
    /// <param name="network">What is evaluated, with its weights.</param>
    /// <param name="views">How its input is prepared.</param>
    /// <param name="reading">How images are read.</param>
    /// <param name="recipes">Records of options.</param>
    /// <param name="sets">The images, each set with what it is for.</param>
    public static Dictionary<string, string> Collect(
        nn.Module network, ViewOptions views, DataOptions reading, object[] recipes, (string Use, ImageDataSet Images)[] sets)
    {
        var facts = new Dictionary<string, string>
        {
            ["weights of the encoder"] = EmbeddingJob.HashOf([network]),
            ["views of the encoder"] = JsonSerializer.Serialize(views, Json.Compact),
            ["device in use"] = $"{network.parameters().FirstOrDefault()?.device_type}",
        };
        foreach ((string use, ImageDataSet images) in sets)
        {
            facts[$"{use} images"] = $"{images.Count}";
            facts[$"fingerprint of the {use} images"] = images.Fingerprint;
            facts["JPEG decoder"] = images.Decoder ?? "none";
        }

        string[] free = [.. MayDifferAttribute.Keys(typeof(DataOptions), Between.Ranks)];
        foreach ((string key, JsonNode? value) in recipes.Prepend(reading).SelectMany(Options).Where(option => !free.Contains(option.Key)))
        {
            facts[key] = value?.ToJsonString() ?? "null";
        }

        return facts;
    }

    private static JsonObject Options(object record) => JsonSerializer.SerializeToNode(record, record.GetType(), Json.Compact)!.AsObject();
}
