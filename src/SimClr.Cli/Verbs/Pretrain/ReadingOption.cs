using System.CommandLine;
using SimClr.Configuration;

namespace SimClr.Cli.Verbs;

/// <summary>The option <c>--set</c> of verbs that let the user change how images are read, and nothing else.</summary>
internal static class ReadingOption
{
    public static Option<string[]> Create(string over) => new("--set")
    {
        Description = $"Override a data key of {over}, such as data.max_skipped=0.1. Repeatable",
        HelpName = "data.key=value",
    };

    /// <summary>A configuration with these changes.</summary>
    /// <param name="basis">What they are laid over.</param>
    /// <param name="changes">As they were typed, if at all.</param>
    /// <param name="others">Why the other sections cannot be set.</param>
    public static PretrainOptions Overlay(PretrainOptions basis, string[]? changes, string others)
        => (changes ?? []).FirstOrDefault(text => !text.StartsWith("data.", StringComparison.Ordinal)) is { } other
            ? throw new ConfigurationException($"--set: got '{other}', expected a key of the section data: {others}")
            : RunConfiguration.ResolveUnchecked(basis, preset: null, file: null, changes ?? []);
}
