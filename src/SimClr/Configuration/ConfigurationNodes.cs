using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace SimClr.Configuration;

/// <summary>
/// Converts YAML to JSON during parsing, so that depth and number of values are bounded before anything is built from
/// them. Otherwise a small file could nest aliases, each of which repeats the one before thirty times.
/// </summary>
/// <param name="parser">The parser, before the first value.</param>
/// <param name="source">The source of the text, for messages.</param>
/// <param name="maxDepth">The maximum number of levels.</param>
/// <param name="maxNodes">The maximum number of values; a value counts each time an alias refers to it.</param>
internal sealed class ConfigurationNodes(IParser parser, string source, int maxDepth, int maxNodes)
{
    private const int TextPerValue = 128;

    private readonly Dictionary<string, (JsonNode? Node, int Values)> anchors = [];
    private int values;

    /// <summary>Reads a value and everything in it.</summary>
    /// <exception cref="ConfigurationException">
    /// The value is nested too deeply, holds too many values, or has no JSON equivalent.
    /// </exception>
    /// <exception cref="YamlException">The text is not YAML.</exception>
    public JsonNode? Read() => Read(maxDepth);

    private JsonNode? Read(int levels)
    {
        ParsingEvent next = parser.Current
            ?? (parser.MoveNext() ? parser.Current! : throw new InvalidOperationException("the text ended too early"));
        if (levels == 0)
        {
            throw Bad(next, "nested too deeply, expected sections of keys");
        }

        // A long text counts as many values, because aliases repeat it as well.
        int before = values;
        Count(next, 1 + ((next as Scalar)?.Value.Length ?? 0) / TextPerValue);
        AnchorName anchor = (next as NodeEvent)?.Anchor ?? AnchorName.Empty;
        JsonNode? node = next switch
        {
            AnchorAlias alias => Named(alias),
            Scalar scalar => Value(scalar),
            SequenceStart => List(levels),
            MappingStart => Object(levels),
            _ => throw Bad(next, "expected a value here"),
        };
        if (!anchor.IsEmpty)
        {
            anchors[anchor.Value] = (node, values - before);
        }

        return node;
    }

    private JsonNode? Named(AnchorAlias alias)
    {
        parser.Consume<AnchorAlias>();
        if (!anchors.TryGetValue(alias.Value.Value, out (JsonNode? Node, int Values) named))
        {
            throw Bad(alias, $"'*{alias.Value.Value}' refers to no value above it");
        }

        Count(alias, named.Values);
        return named.Node?.DeepClone();
    }

    private JsonValue? Value(Scalar scalar)
    {
        parser.Consume<Scalar>();
        return ConfigurationFile.Scalar(
            scalar.Value, scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted);
    }

    private JsonArray List(int levels)
    {
        parser.Consume<SequenceStart>();
        var list = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(Read(levels - 1));
        }

        return list;
    }

    private JsonObject Object(int levels)
    {
        parser.Consume<MappingStart>();
        var json = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent place = parser.Current!;
            string name = place is Scalar key ? key.Value : throw Bad(place, "a key must be a name");
            parser.MoveNext();
            if (!json.TryAdd(name, Read(levels - 1)))
            {
                throw Bad(place, $"duplicate key '{name}'");
            }
        }

        return json;
    }

    private void Count(ParsingEvent place, int more)
    {
        if ((values += more) > maxNodes)
        {
            throw Bad(place, $"more than {maxNodes} values, expected sections of keys");
        }
    }

    private ConfigurationException Bad(ParsingEvent place, string what)
        => ConfigurationFile.Bad(source, place.Start.Line, what, null);
}
