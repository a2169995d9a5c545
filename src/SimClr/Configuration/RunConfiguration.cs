using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimClr.Configuration;

/// <summary>
/// Reads and writes <see cref="PretrainOptions"/> as the one object that presets, configuration files, assignments
/// such as <c>loss.temperature=0.1</c>, and <c>run.json</c> share: sections of keys in snake_case.
/// </summary>
public static class RunConfiguration
{
    private const string PresetKey = "preset";
    private const string Assignments = "the assignments";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Puts a file and single assignments over a configuration, and checks the result.</summary>
    /// <param name="baseOptions">What is not said elsewhere; a file that names a preset (<c>preset: photos</c>) replaces it.</param>
    /// <param name="file">A YAML or JSON file, or null.</param>
    /// <param name="assignments"><c>section.key=value</c> each, later ones over earlier ones, all over the file.</param>
    /// <exception cref="ConfigurationException">
    /// A file that cannot be read, an unknown key (with the nearest known one), a wrong type, a value out of its range,
    /// or two values that contradict each other.
    /// </exception>
    public static PretrainOptions Resolve(
        PretrainOptions baseOptions, string? file = null, IEnumerable<string>? assignments = null)
    {
        ArgumentNullException.ThrowIfNull(baseOptions);
        PretrainOptions options = baseOptions;
        string source = "the configuration";
        if (file is not null)
        {
            JsonObject json = ConfigurationFile.Read(file);
            options = TakePreset(json, file) is { } preset ? Presets.Load(preset) : options;
            options = Overlay(options, json, file);
            source = file;
        }

        foreach (string assignment in assignments ?? [])
        {
            options = Overlay(options, Assignment(assignment), Assignments);
        }

        return Validate(options, source);
    }

    /// <summary>
    /// Puts the keys of a preset, of a file and of single assignments over a configuration; what none of them names
    /// stays. The result is not yet checked across fields: more may be laid over it.
    /// </summary>
    /// <exception cref="ConfigurationException">As in <see cref="Resolve"/>; or the file builds on another preset.</exception>
    public static PretrainOptions ResolveUnchecked(
        PretrainOptions basis, string? preset, string? file, IEnumerable<string> assignments)
    {
        JsonObject json = file is null ? [] : ConfigurationFile.Read(file);
        string? named = file is null ? null : TakePreset(json, file);
        if (preset is not null && named is not null && preset != named)
        {
            throw new ConfigurationException(
                $"the chosen preset is {preset}, but {file} builds on the preset {named}; leave one of them out");
        }

        PretrainOptions options = (preset ?? named) is { } name ? Overlay(basis, Presets.Keys(name), $"preset '{name}'") : basis;
        options = file is null ? options : Overlay(options, json, file);
        return assignments.Aggregate(options, (below, text) => Overlay(below, Assignment(text), Assignments));
    }

    /// <summary>The preset that a file names as what it builds on, or null.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or names something else than a preset.</exception>
    public static string? PresetOf(string file) => TakePreset(ConfigurationFile.Read(file), file);

    /// <summary>Reads and checks a configuration; keys that are not given have their defaults.</summary>
    /// <param name="json">Sections of keys in snake_case.</param>
    /// <param name="source">Where it was read, for messages.</param>
    /// <exception cref="ConfigurationException">As in <see cref="Resolve"/>.</exception>
    public static PretrainOptions FromJson(JsonObject json, string source = "the configuration")
    {
        ArgumentNullException.ThrowIfNull(json);
        return Validate(ConfigurationBinder.Bind(json, source), source);
    }

    /// <summary>The whole configuration, every key with its value.</summary>
    public static JsonObject ToJson(PretrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return JsonSerializer.SerializeToNode(options, Json)!.AsObject();
    }

    /// <summary>The keys in which two configurations differ, in the order in which they are declared.</summary>
    public static IReadOnlyList<ConfigurationDifference> Differences(PretrainOptions first, PretrainOptions second)
    {
        JsonObject a = ToJson(first);
        JsonObject b = ToJson(second);
        return
        [
            .. ConfigurationKeys.Paths
                .Select(path => new ConfigurationDifference(path, At(a, path), At(b, path)))
                .Where(difference => difference.First != difference.Second),
        ];
    }

    private static string At(JsonObject json, string path)
    {
        JsonNode? node = path.Split('.').Aggregate((JsonNode?)json, (parent, key) => parent?[key]);
        return node?.ToJsonString() ?? "null";
    }

    /// <summary>The layer is bound alone first, so that a mistake in it is reported with its own source.</summary>
    private static PretrainOptions Overlay(PretrainOptions basis, JsonObject layer, string source)
    {
        _ = ConfigurationBinder.Bind(layer, source);
        JsonObject merged = ToJson(basis);
        foreach ((string name, JsonNode? node) in layer)
        {
            if (merged[name] is JsonObject section)
            {
                foreach ((string key, JsonNode? value) in node as JsonObject ?? [])
                {
                    section[key] = value?.DeepClone();
                }
            }
            else
            {
                merged[name] = node?.DeepClone();
            }
        }

        return ConfigurationBinder.Bind(merged, source);
    }

    /// <summary>Checks the rules across fields.</summary>
    public static PretrainOptions Validate(PretrainOptions options, string source = "the configuration")
    {
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException error)
        {
            throw new ConfigurationException($"{source}: {error.Message}", error);
        }
    }

    private static JsonObject Assignment(string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string[] path = equals < 0 ? [] : assignment[..equals].Trim().Split('.');
        if (path.Length is 0 or > 2 || path.Any(string.IsNullOrWhiteSpace))
        {
            throw new ConfigurationException(
                $"{Assignments}: got '{assignment}', expected section.key=value such as 'loss.temperature=0.5'");
        }

        JsonValue? value = ConfigurationFile.Value(assignment[(equals + 1)..]);
        return path.Length == 1
            ? new JsonObject { [path[0]] = value }
            : new JsonObject { [path[0]] = new JsonObject { [path[1]] = value } };
    }

    private static string? TakePreset(JsonObject json, string file)
    {
        if (!json.Remove(PresetKey, out JsonNode? node))
        {
            return null;
        }

        return node is JsonValue value && value.TryGetValue(out string? name)
            ? name
            : throw new ConfigurationException(
                $"'{PresetKey}' in {file}: got {node?.ToJsonString() ?? "nothing"}, expected one of {string.Join(", ", Presets.Names)}");
    }
}
