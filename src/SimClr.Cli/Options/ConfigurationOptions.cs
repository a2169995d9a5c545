using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Configuration;

namespace SimClr.Cli;

/// <summary>The configuration options of a verb and the configuration that results from them.</summary>
internal sealed class ConfigurationOptions
{
    private readonly Option<string?> preset = new("--preset")
    {
        Description = $"Built-in configuration: {string.Join(", ", Presets.Names)}",
        HelpName = "name",
    };

    private readonly Option<string?> file = new("--config")
    {
        Description = "YAML or JSON file that overrides the preset",
        HelpName = "FILE",
    };

    private readonly Option<string[]> assignments = new("--set")
    {
        Description = "Override one key of preset and file, such as views.strength=0.5. Repeatable",
        HelpName = "section.key=value",
    };

    public ConfigurationOptions()
    {
        preset.CompletionSources.Add([.. Presets.Names]);
        assignments.CompletionSources.Add(_ => Keys());
    }

    public void AddTo(Command verb)
    {
        verb.Add(preset);
        verb.Add(file);
        verb.Add(assignments);
    }

    /// <summary>
    /// Whether the user specified a preset or a file, so that no preset needs to be chosen for the images.
    /// </summary>
    public bool IsSpecified(CommandContext context)
        => context.Value(preset) is not null || context.Value(file) is not null;

    // With the sign, so that the value can be typed at once.
    private static IEnumerable<string> Keys() => RunConfiguration.ToJson(new PretrainOptions())
        .SelectMany(section => section.Value is JsonObject keys
            ? keys.Select(key => $"{section.Key}.{key.Key}=")
            : [$"{section.Key}="]);

    /// <summary>Whether <c>--set</c> assigns this key.</summary>
    public bool Assigns(CommandContext context, string key)
        => (context.Value(assignments) ?? []).Any(text => text.Split('=')[0].Trim() == key);

    /// <summary>
    /// Returns the preset, overridden by the file, then by single values, then by the global options.
    /// </summary>
    /// <param name="context">The command line.</param>
    /// <param name="defaultPreset">The preset if the user names none; null for the plain defaults.</param>
    /// <exception cref="ConfigurationException">A value is invalid.</exception>
    public PretrainOptions Resolve(CommandContext context, string? defaultPreset = null)
        => RunConfiguration.Validate(Overlay(context, new PretrainOptions(), defaultPreset));

    /// <summary>
    /// Applies the same overrides to an existing configuration, without checks across fields, since further changes may
    /// follow.
    /// </summary>
    public PretrainOptions Overlay(CommandContext context, PretrainOptions basis, string? defaultPreset = null)
    {
        PretrainOptions options = RunConfiguration.ResolveUnchecked(
            basis, context.Value(preset) ?? defaultPreset, context.Value(file), context.Value(assignments) ?? []);
        return options with
        {
            Seed = context.Seed ?? options.Seed,
            Device = context.Device ?? options.Device,
            Threads = context.Threads ?? options.Threads,
        };
    }
}
