using System.CommandLine;
using SimClr.Configuration;

namespace SimClr.Cli.Verbs;

/// <summary>The option <c>--set</c> of verbs that accept only changes to the reading of images.</summary>
internal static class ReadingOption
{
    public static Option<string[]> Create(string over) => new("--set")
    {
        Description = $"Override a data key of {over}, such as data.max_skipped=0.1. Repeatable",
        HelpName = "data.key=value",
    };

    /// <summary>Applies the changes to a configuration.</summary>
    /// <param name="basis">The configuration to override.</param>
    /// <param name="changes">The changes as typed; null for none.</param>
    /// <param name="others">The reason why other sections cannot be set.</param>
    public static PretrainOptions Overlay(PretrainOptions basis, string[]? changes, string others)
        => (changes ?? []).FirstOrDefault(text => !text.StartsWith("data.", StringComparison.Ordinal)) is { } other
            ? throw new ConfigurationException($"--set: got '{other}', expected a key of the section data: {others}")
            : RunConfiguration.ResolveUnchecked(basis, preset: null, file: null, changes ?? []);
}
