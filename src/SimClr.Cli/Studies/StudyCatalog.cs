using System.Reflection;
using SimClr.Internals;

namespace SimClr.Cli.Studies;

/// <summary>The studies of the command, one YAML file each in <c>Studies/Catalog</c>.</summary>
internal static class StudyCatalog
{
    private const string Prefix = "studies/";
    private const string Suffix = ".yaml";

    private static readonly Assembly Home = typeof(StudyCatalog).Assembly;

    /// <summary>The names of the studies, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Home.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>Returns the text of a study's file.</summary>
    /// <param name="name">A name, or a figure or table such as <c>table-1</c> or <c>figure-b.3</c>.</param>
    /// <exception cref="ConfigurationException">There is no such study.</exception>
    public static string Text(string name) => TextOf(Resolve(name));

    /// <summary>Loads a study.</summary>
    /// <inheritdoc cref="Text"/>
    public static Study Load(string name)
    {
        string known = Resolve(name);
        return StudyFile.Parse(TextOf(known), $"study '{known}'");
    }

    /// <summary>The figures and tables of a study in the form that the command line takes: <c>table-1</c>.</summary>
    public static IEnumerable<string> ItemsOf(Study study)
        => study.Paper.Item.Split(',', StringSplitOptions.TrimEntries)
            .Select(item => item.ToLowerInvariant().Replace(' ', '-'));

    private static string Resolve(string name)
    {
        if (Names.Contains(name))
        {
            return name;
        }

        string item = name.Trim().ToLowerInvariant().Replace(' ', '-');
        (string Name, string[] Items)[] all =
            [.. Names.Select(known => (known, ItemsOf(StudyFile.Parse(TextOf(known), known)).ToArray()))];
        return all.FirstOrDefault(study => study.Items.Contains(item)).Name ?? throw new ConfigurationException(
            $"unknown study '{name}' (did you mean "
                + $"'{DidYouMean.Closest(name, Names.Concat(all.SelectMany(study => study.Items)))}'?); "
                + "'simclr study list' lists all, and a file that ends with .yaml is a study of your own");
    }

    private static string TextOf(string name)
    {
        using var reader = new StreamReader(Home.GetManifestResourceStream(Prefix + name + Suffix)!);
        return reader.ReadToEnd();
    }
}
