using System.Reflection;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Training;

/// <summary>
/// The sections and keys of the configuration, read off the properties of <see cref="PretrainOptions"/>: the one
/// place where a name in snake_case meets its property.
/// </summary>
internal static class ConfigurationKeys
{
    /// <summary>Sections and the keys at the top level, by name, in the order in which they are declared.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Top { get; } = Of(typeof(PretrainOptions));

    private static readonly Dictionary<string, Dictionary<string, PropertyInfo>> Sections = Top
        .Where(entry => IsSection(entry.Value))
        .ToDictionary(entry => entry.Key, entry => Of(entry.Value.PropertyType));

    /// <summary>Every key with its section: <c>views.size</c> … <c>threads</c>.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. Top.Keys.SelectMany(name => Sections.TryGetValue(name, out Dictionary<string, PropertyInfo>? keys)
            ? keys.Keys.Select(key => $"{name}.{key}")
            : [name])];

    /// <summary>Whether a property holds a section rather than a value.</summary>
    public static bool IsSection(PropertyInfo property)
        => property.PropertyType.IsClass && property.PropertyType != typeof(string);

    /// <summary>The keys of a section.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> In(string section) => Sections[section];

    /// <summary>" (did you mean 'loss.temperature'?)" for a mistyped or misplaced key, or nothing.</summary>
    public static string Hint(string path)
    {
        string last = path[(path.LastIndexOf('.') + 1)..];
        string? moved = Paths.FirstOrDefault(known => known == last || known.EndsWith($".{last}", StringComparison.Ordinal));
        return moved is null ? Nearest.Hint(path, Paths.Concat(Sections.Keys)) : $" (did you mean '{moved}'?)";
    }

    private static Dictionary<string, PropertyInfo> Of(Type type)
        => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
}
