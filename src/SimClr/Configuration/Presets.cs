using System.Reflection;
using System.Text.Json.Nodes;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>
/// The named configurations of the library, one YAML file each in <c>Configuration/Presets</c>. The header of each file
/// cites the paper's section and states the expected time and accuracy.
/// </summary>
public static class Presets
{
    private const string Prefix = "presets/";
    private const string Suffix = ".yaml";

    private static readonly Assembly Home = typeof(Presets).Assembly;

    /// <summary>The names of the presets, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Home.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>The preset <c>demo</c>: the embedded images, minutes on two cores.</summary>
    public static PretrainOptions Demo => Load("demo");

    /// <summary>The preset <c>photos</c>: a folder of photographs at 224 pixels.</summary>
    public static PretrainOptions Photos => Load("photos");

    /// <summary>Loads the configuration of a preset.</summary>
    /// <exception cref="ConfigurationException">No preset has this name.</exception>
    public static PretrainOptions Load(string name)
        => RunConfiguration.FromJson(Keys(name), $"preset '{name}'");

    /// <summary>Returns the keys that the preset itself sets, without the defaults of other keys.</summary>
    /// <exception cref="ConfigurationException">No preset has this name.</exception>
    internal static JsonObject Keys(string name) => ConfigurationFile.Parse(Text(name), $"preset '{name}'");

    /// <summary>Returns the text of the preset's file, with its comments.</summary>
    /// <exception cref="ConfigurationException">No preset has this name.</exception>
    public static string Text(string name)
    {
        if (!Names.Contains(name))
        {
            throw new ConfigurationException(
                $"unknown preset '{name}' (did you mean '{DidYouMean.Closest(name, Names)}'?); expected one of "
                    + $"{string.Join(", ", Names)}. To use your own file, pass it to RunConfiguration.Resolve.");
        }

        using var reader = new StreamReader(Home.GetManifestResourceStream(Prefix + name + Suffix)!);
        return reader.ReadToEnd();
    }

    /// <summary>Returns the purpose of the preset in one line: the first line of its file.</summary>
    /// <exception cref="ConfigurationException">No preset has this name.</exception>
    public static string Summary(string name) => Text(name).Split('\n')[0].TrimStart('#', ' ').TrimEnd();

    /// <summary>
    /// Returns the preset nearest to a configuration, and the keys in which the two differ, the preset's value first.
    /// Keys that do not change the result, such as threads and checkpoints, are left out.
    /// </summary>
    public static (string Name, IReadOnlyList<ConfigurationDifference> Differences) Nearest(PretrainOptions options)
    {
        string[] free =
        [
            .. ConfigurationKeys.ThatMayDiffer(Between.Sessions).Except(["schedule.epochs"]),
            .. ConfigurationKeys.ThatMayDiffer(Between.Ranks),
        ];
        return Names.Select(name => (name, Differences(name))).MinBy(preset => preset.Item2.Count);

        IReadOnlyList<ConfigurationDifference> Differences(string name) =>
        [
            .. RunConfiguration.Differences(Load(name), options).Where(found => !free.Contains(found.Key)),
        ];
    }
}
