using System.Collections;
using System.Reflection;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>
/// The sections and keys of the configuration, derived from the properties of <see cref="PretrainOptions"/>. The only
/// place where snake_case names map to properties.
/// </summary>
internal static class ConfigurationKeys
{
    /// <summary>The sections and top-level keys by name, in order of declaration.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Top { get; } = KeysOf(typeof(PretrainOptions));

    private static readonly Dictionary<string, Dictionary<string, PropertyInfo>> Sections = Top
        .Where(entry => IsSection(entry.Value))
        .ToDictionary(entry => entry.Key, entry => KeysOf(entry.Value.PropertyType));

    /// <summary>Every key with its section: <c>views.size</c> … <c>threads</c>.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. Top.Keys.SelectMany(name => Sections.TryGetValue(name, out Dictionary<string, PropertyInfo>? keys)
            ? keys.Keys.Select(key => $"{name}.{key}")
            : [name])];

    /// <summary>The keys whose values may differ between the sessions or the ranks of a run.</summary>
    public static IReadOnlyList<string> ThatMayDiffer(Between between)
        => [.. Paths.Where(path => MayDifferAttribute.Allows(PropertyOf(path), between))];

    /// <summary>Returns whether a property holds a section rather than a value.</summary>
    public static bool IsSection(PropertyInfo property)
        => property.PropertyType.IsClass && !property.PropertyType.IsAssignableTo(typeof(IEnumerable));

    /// <summary>Returns the keys of a section.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> KeysIn(string section) => Sections[section];

    // Names in other programs for which spelling gives no hint.
    private static readonly Dictionary<string, string> Synonyms = new()
    {
        ["lr"] = "optimizer.peak_rate",
        ["learning_rate"] = "optimizer.peak_rate",
        ["tau"] = "loss.temperature",
        ["batch_size"] = "batch.size",
        ["image_size"] = "views.size",
    };

    /// <summary>
    /// Returns a suggestion for an unknown key, such as " (did you mean 'loss.temperature'?)". For a key of a known
    /// section, it includes the keys of that section.
    /// </summary>
    public static string Hint(string path)
    {
        string hint = $" (did you mean '{Suggest(path)}'?)";
        return path.Split('.') is [string section, _]
            && Sections.TryGetValue(section, out Dictionary<string, PropertyInfo>? keys)
            ? $"{hint}; {section} has {string.Join(", ", keys.Keys)}"
            : hint;
    }

    /// <summary>
    /// Returns the same key in another section, else the closest key of its section, else the closest of all keys.
    /// </summary>
    private static string Suggest(string path)
    {
        int dot = path.LastIndexOf('.');
        string last = path[(dot + 1)..];
        string[] moved = [.. Paths.Where(known => Last(known) == last)];
        if (moved.Length > 0 || Synonyms.ContainsKey(last))
        {
            return moved.Length > 0 ? DidYouMean.Closest(path, moved) : Synonyms[last];
        }

        if (dot < 0)
        {
            IEnumerable<string> names = Paths.Concat(Sections.Keys);
            string nearest = DidYouMean.Closest(path, names.Select(Last));
            return names.First(known => Last(known) == nearest);
        }

        return Sections.TryGetValue(path[..dot], out Dictionary<string, PropertyInfo>? keys)
            ? $"{path[..dot]}.{DidYouMean.Closest(last, keys.Keys)}"
            : DidYouMean.Closest(path, Paths);
    }

    private static PropertyInfo PropertyOf(string path)
        => path.Split('.') is [string section, string key] ? Sections[section][key] : Top[path];

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static Dictionary<string, PropertyInfo> KeysOf(Type type)
        => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
}
