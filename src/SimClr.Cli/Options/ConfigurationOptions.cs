using System.CommandLine;
using SimClr.Configuration;

namespace SimClr.Cli;

/// <summary>The options by which a verb takes a configuration, and what they amount to.</summary>
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

    public void AddTo(Command verb)
    {
        verb.Add(preset);
        verb.Add(file);
        verb.Add(assignments);
    }

    /// <summary>Whether the user said what to build on, so that no preset has to be chosen for the images.</summary>
    public bool IsSpecified(CommandContext context) => context.Value(preset) is not null || context.Value(file) is not null;

    /// <summary>Whether --set decides this key.</summary>
    public bool Assigns(CommandContext context, string key)
        => (context.Value(assignments) ?? []).Any(text => text.Split('=')[0].Trim() == key);

    /// <summary>The preset, the file over it, single values over both, and the global options over all.</summary>
    /// <param name="context">What the user typed.</param>
    /// <param name="defaultPreset">The preset where the user names none; null for the plain defaults.</param>
    /// <exception cref="ConfigurationException">Something in them is wrong.</exception>
    public PretrainOptions Resolve(CommandContext context, string? defaultPreset = null)
        => RunConfiguration.Validate(Overlay(context, new PretrainOptions(), defaultPreset));

    /// <summary>The same over a configuration that is there already, and not yet checked across fields: more may come.</summary>
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
