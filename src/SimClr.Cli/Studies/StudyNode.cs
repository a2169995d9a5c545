using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Internals;

namespace SimClr.Cli.Studies;

/// <summary>A value in the file of a study, with its place for messages.</summary>
/// <param name="node">The value; null for an empty one.</param>
/// <param name="source">The file.</param>
/// <param name="path">The keys that lead to the value, joined by dots.</param>
/// <param name="key">The last key.</param>
internal sealed class StudyNode(JsonNode? node, string source, string path = "", string key = "")
{
    /// <summary>The last key.</summary>
    public string Key { get; } = key;

    public bool IsSection => node is JsonObject;

    public bool IsList => node is JsonArray;

    public ConfigurationException Bad(string what) => new(
        path.Length == 0 ? $"{source}: {what}" : $"'{path}' in {source}: {what}");

    /// <summary>Rejects members with other keys.</summary>
    public void Allow(params string[] keys)
    {
        foreach (StudyNode member in Members().Where(member => !keys.Contains(member.Key)))
        {
            throw Bad($"unknown key '{member.Key}'{DidYouMean.Hint(member.Key, keys)}; expected "
                + string.Join(", ", keys));
        }
    }

    /// <summary>Returns the member with this key; null if it is missing or empty.</summary>
    public StudyNode? Find(string key)
        => node is JsonObject json && json.TryGetPropertyValue(key, out JsonNode? value) && value is not null
            ? Below(key, value)
            : null;

    /// <summary>Returns a section with keys (or a list, where that is allowed).</summary>
    public StudyNode Section(string key, bool allowList = false)
        => Find(key) is { } found && (found.IsSection || (allowList && found.IsList))
            ? found
            : throw Bad($"'{key}' is missing, expected a section with keys{(allowList ? " or a list" : "")}");

    /// <summary>Returns the items of a list; none if it is missing.</summary>
    public IEnumerable<StudyNode> Items(string key)
        => Find(key) is not { } found ? []
            : found.IsList ? found.ListItems()
            : throw found.Bad("expected a list");

    /// <summary>Returns the texts of a list or a single text; none if it is missing.</summary>
    public IEnumerable<string> Texts(string key) => Find(key)?.AsTexts() ?? [];

    public string Text(string key) => Find(key)?.AsText() ?? throw Bad($"'{key}' is missing, expected a text");

    public IEnumerable<StudyNode> Members()
        => node is JsonObject json
            ? json.Select(member => Below(member.Key, member.Value))
            : throw Bad($"got {node?.ToJsonString() ?? "nothing"}, expected a section with keys");

    public JsonObject AsObject() => node is JsonObject json ? json : throw Bad("expected a section with keys");

    public string AsText() => node switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(),
        null => "",
        _ => throw Bad($"got {node.ToJsonString()}, expected a text or a number"),
    };

    public IEnumerable<string> AsTexts() => IsList ? ListItems().Select(item => item.AsText()) : [AsText()];

    public IEnumerable<double> AsNumbers() => IsList ? ListItems().Select(item => item.AsNumber()) : [AsNumber()];

    public double AsNumber()
        => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
            : throw Bad($"got {node?.ToJsonString() ?? "nothing"}, expected a number");

    public int AsCount()
        => AsNumber() is >= 1 and <= int.MaxValue and var number && number == Math.Floor(number)
            ? (int)number
            : throw Bad($"got {node!.ToJsonString()}, expected a number of 1 or more");

    public bool AsBoolean()
        => node is JsonValue value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
            ? node.GetValue<bool>()
            : throw Bad($"got {node?.ToJsonString() ?? "nothing"}, expected true or false");

    private IEnumerable<StudyNode> ListItems()
        => ((JsonArray)node!).Select((item, index) => Below($"{index + 1}", item));

    private StudyNode Below(string key, JsonNode? value)
        => new(value, source, path.Length == 0 ? key : $"{path}.{key}", key);
}
