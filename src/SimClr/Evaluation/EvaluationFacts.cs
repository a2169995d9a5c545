using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Evaluation;

/// <summary>
/// The facts that determine an evaluation, by name. They are equal on ranks that were started in the same way.
/// </summary>
internal static class EvaluationFacts
{
    /// <param name="network">The evaluated network, with its weights.</param>
    /// <param name="head">The layers after the network; null for none.</param>
    /// <param name="views">The preparation of the network's input.</param>
    /// <param name="reading">The options for reading images.</param>
    /// <param name="recipes">Records of options.</param>
    /// <param name="sets">The image sets, each with its use.</param>
    public static Dictionary<string, string> Collect(
        nn.Module network,
        nn.Module? head,
        ViewOptions views,
        DataOptions reading,
        object[] recipes,
        (string Use, ImageDataSet Images)[] sets)
    {
        var facts = new Dictionary<string, string>
        {
            ["weights of the encoder"] = EmbeddingJob.HashOf(head is null ? [network] : [network, head]),
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
        foreach ((string key, JsonNode? value) in recipes.Prepend(reading)
            .SelectMany(Options)
            .Where(option => !free.Contains(option.Key)))
        {
            facts[key] = value?.ToJsonString() ?? "null";
        }

        return facts;
    }

    private static JsonObject Options(object record)
        => JsonSerializer.SerializeToNode(record, record.GetType(), Json.Compact)!.AsObject();
}
