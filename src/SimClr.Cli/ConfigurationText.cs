using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimClr.Cli;

/// <summary>Formats a configuration as YAML that can be read back.</summary>
internal static class ConfigurationText
{
    public static string ToYaml(JsonObject configuration)
    {
        var text = new StringBuilder();
        foreach ((string name, JsonNode? node) in configuration)
        {
            if (node is JsonObject section)
            {
                text.Append(name).Append(":\n");
                foreach ((string key, JsonNode? value) in section)
                {
                    text.Append("  ").Append(key).Append(": ").Append(Value(value)).Append('\n');
                }
            }
            else
            {
                text.Append(name).Append(": ").Append(Value(node)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Value(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray list => $"[{string.Join(", ", list.Select(Value))}]",
        _ when node.GetValueKind() == JsonValueKind.String && IsPlain(node.GetValue<string>())
            => node.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    /// <summary>Whether a string survives a round trip through YAML without quotes.</summary>
    private static bool IsPlain(string text)
        => text.Length > 0 && char.IsAsciiLetter(text[0]) && text is not ("null" or "true" or "false")
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/');
}
