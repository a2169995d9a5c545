using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>
/// Reads and writes <see cref="PretrainOptions"/> in the form shared by presets, configuration files, single
/// assignments and <c>run.json</c>: sections of keys in snake_case.
/// </summary>
public static class RunConfiguration
{
    private const string PresetKey = "preset";
    private const string Assignments = "the assignments";

    private static readonly JsonSerializerOptions Format = new(Json.Plain)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Applies a file and single assignments to a configuration, and checks the result.</summary>
    /// <param name="baseOptions">
    /// The values of all other keys; replaced by a preset that the file names (<c>preset: photos</c>).
    /// </param>
    /// <param name="file">A YAML or JSON file, or null.</param>
    /// <param name="assignments">
    /// Assignments <c>section.key=value</c>; later ones override earlier ones, and all override the file.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// The file is unreadable, a key is unknown (the message names the closest known one), a value has the wrong type
    /// or is out of range, or two values contradict each other.
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
    /// Applies the keys of a preset, of a file and of single assignments to a configuration; all other keys stay. Rules
    /// across keys are not yet checked, because more layers may follow.
    /// </summary>
    /// <exception cref="ConfigurationException">
    /// As for <see cref="Resolve"/>, or the file builds on a different preset.
    /// </exception>
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

        PretrainOptions options = (preset ?? named) is { } name
            ? Overlay(basis, Presets.Keys(name), $"preset '{name}'")
            : basis;
        options = file is null ? options : Overlay(options, json, file);
        return assignments.Aggregate(options, (below, text) => Overlay(below, Assignment(text), Assignments));
    }

    /// <summary>Returns the preset that a file builds on, or null.</summary>
    /// <exception cref="ConfigurationException">The file is unreadable, or its preset is not a name.</exception>
    public static string? PresetOf(string file) => TakePreset(ConfigurationFile.Read(file), file);

    /// <summary>Reads and checks a configuration; missing keys have their defaults.</summary>
    /// <param name="json">Sections of keys in snake_case.</param>
    /// <param name="source">The source of the JSON, for messages.</param>
    /// <exception cref="ConfigurationException">As for <see cref="Resolve"/>.</exception>
    public static PretrainOptions FromJson(JsonObject json, string source = "the configuration")
    {
        ArgumentNullException.ThrowIfNull(json);
        return Validate(ConfigurationBinder.Bind(json, source), source);
    }

    /// <summary>Returns the whole configuration, every key with its value.</summary>
    public static JsonObject ToJson(PretrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return JsonSerializer.SerializeToNode(options, Format)!.AsObject();
    }

    /// <summary>Returns the keys in which two configurations differ, in order of declaration.</summary>
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

    /// <summary>
    /// Applies a layer. The layer is bound alone first, so that an error in it is reported with its own source.
    /// </summary>
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

    /// <summary>Checks the rules across keys.</summary>
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
                $"'{PresetKey}' in {file}: got {node?.ToJsonString() ?? "nothing"}, expected one of "
                    + $"{string.Join(", ", Presets.Names)}");
    }
}
