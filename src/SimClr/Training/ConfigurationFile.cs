using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Internals;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SimClr.Training;

/// <summary>Reads YAML, and JSON as the part of YAML that it is, into a JSON object.</summary>
internal static class ConfigurationFile
{
    /// <summary>Deeper nesting than sections and keys: only a mistake, or aliases that contain themselves.</summary>
    private const int DeepestLevel = 8;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or is not YAML or JSON with keys and values.</exception>
    public static JsonObject Read(string path)
    {
        string text;
        try
        {
            using StreamReader file = PlainFile.OpenText(path);
            text = file.ReadToEnd();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"cannot read the configuration file '{path}': {error.Message}", error);
        }

        return Parse(text, path);
    }

    /// <summary>Reads a text; an empty one gives an empty object.</summary>
    public static JsonObject Parse(string text, string source)
        => Node(text, source) switch
        {
            JsonObject json => json,
            null => [],
            JsonNode other => throw new ConfigurationException(
                $"{source}: got {other.ToJsonString()}, expected keys and values such as 'schedule: {{epochs: 10}}'"),
        };

    /// <summary>Reads a single value as it would stand behind a colon: number, truth value, nothing or text.</summary>
    public static JsonValue? Value(string text) => Scalar(new YamlScalarNode(text.Trim()));

    private static JsonNode? Node(string text, string source)
    {
        var parser = new Parser(new StringReader(text));
        var yaml = new YamlStream();
        try
        {
            yaml.Load(parser);
        }
        catch (YamlException error)
        {
            throw Bad(source, error.Start.Line, error.Message.TrimEnd('.'), error);
        }
        catch (InvalidOperationException error)
        {
            // The parser's way to say that the text ended inside a list or an object.
            throw Bad(source, parser.Current?.End.Line ?? 1, "a bracket, brace or quote is not closed", error);
        }

        if (yaml.Documents.Count > 1)
        {
            throw Bad(source, yaml.Documents[1].RootNode.Start.Line, "a second document starts here, expected one", null);
        }

        return yaml.Documents.Count == 0 ? null : Convert(yaml.Documents[0].RootNode, source, DeepestLevel);
    }

    private static JsonNode? Convert(YamlNode node, string source, int levels)
    {
        if (levels == 0)
        {
            throw Bad(source, node.Start.Line, "nested too deep, expected sections of keys", null);
        }

        return node switch
        {
            YamlScalarNode scalar => Scalar(scalar),
            YamlSequenceNode list => new JsonArray([.. list.Children.Select(item => Convert(item, source, levels - 1))]),
            YamlMappingNode map => Object(map, source, levels),
            _ => throw Bad(source, node.Start.Line, $"cannot use {node.NodeType} here", null),
        };
    }

    private static JsonObject Object(YamlMappingNode map, string source, int levels)
    {
        var json = new JsonObject();
        foreach ((YamlNode key, YamlNode value) in map.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                throw Bad(source, key.Start.Line, "a key must be a name", null);
            }

            if (!json.TryAdd(name, Convert(value, source, levels - 1)))
            {
                throw Bad(source, key.Start.Line, $"key '{name}' is there twice", null);
            }
        }

        return json;
    }

    /// <summary>Quoted scalars are texts; plain ones by YAML 1.2's core schema (so <c>no</c> is a text, 1e-6 a number).</summary>
    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        string text = scalar.Value ?? "";
        if (scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted)
        {
            return JsonValue.Create(text);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return JsonValue.Create(whole);
        }

        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(text, Plain, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            return JsonValue.Create(number);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ => JsonValue.Create(text),
        };
    }

    private static ConfigurationException Bad(string source, long line, string what, Exception? inner)
        => new($"{source}, line {line.ToString(CultureInfo.InvariantCulture)}: {what}", inner);
}
