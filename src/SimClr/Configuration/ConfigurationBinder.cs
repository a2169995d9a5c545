using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Augmentation;
using SimClr.Internals;

namespace SimClr.Configuration;

/// <summary>
/// Binds a JSON object to <see cref="PretrainOptions"/>. Missing keys keep their defaults; a key that is unknown, of
/// the wrong type or out of range is reported with its path and source.
/// </summary>
internal static class ConfigurationBinder
{
    /// <param name="json">Sections and keys in snake_case.</param>
    /// <param name="source">The source of the JSON for messages, such as <c>my.yaml</c>.</param>
    /// <exception cref="ConfigurationException">A key is unknown, of the wrong type or out of range.</exception>
    public static PretrainOptions Bind(JsonObject json, string source)
    {
        var options = new PretrainOptions();
        foreach ((string name, JsonNode? node) in json)
        {
            PropertyInfo property = Known(ConfigurationKeys.Top, name, PathOf(name, node), source);
            if (ConfigurationKeys.IsSection(property))
            {
                property.SetValue(options, Section(property, name, node, source));
            }
            else
            {
                Set(options, property, name, node, source);
            }
        }

        return options;
    }

    /// <summary>
    /// Returns the path for messages. An unknown section is named with its first key, to improve the suggestion.
    /// </summary>
    private static string PathOf(string name, JsonNode? node)
        => node is JsonObject { Count: > 0 } section ? $"{name}.{section.First().Key}" : name;

    private static object Section(PropertyInfo section, string name, JsonNode? node, string source)
    {
        object values = Activator.CreateInstance(section.PropertyType)!;
        IReadOnlyDictionary<string, PropertyInfo> keys = ConfigurationKeys.KeysIn(name);
        if (node is not null and not JsonObject)
        {
            string first = keys.Keys.First();
            throw Bad(
                name, source, $"got {node.ToJsonString()}, expected a section with keys such as '{name}.{first}'");
        }

        foreach ((string key, JsonNode? value) in node as JsonObject ?? [])
        {
            string path = $"{name}.{key}";
            Set(values, Known(keys, key, path, source), path, value, source);
        }

        return values;
    }

    private static PropertyInfo Known(
        IReadOnlyDictionary<string, PropertyInfo> keys, string name, string path, string source)
        => keys.TryGetValue(name, out PropertyInfo? property)
            ? property
            : throw new ConfigurationException($"unknown key '{path}' in {source}{ConfigurationKeys.Hint(path)}");

    private static void Set(object target, PropertyInfo property, string path, JsonNode? node, string source)
    {
        try
        {
            object? value = Value(node, property, path, source);
            property.SetValue(
                target, value, BindingFlags.DoNotWrapExceptions, null, null, CultureInfo.InvariantCulture);
        }
        catch (ArgumentException error)
        {
            throw new ConfigurationException($"'{path}' in {source}: {MessageWithoutParameter(error)}", error);
        }
    }

    private static object? Value(JsonNode? node, PropertyInfo property, string path, string source)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (node is null)
        {
            return MayBeNull(property) ? null : throw Bad(path, source, $"got nothing, expected {Expected(type)}");
        }

        bool mayBeAuto = property.IsDefined(typeof(AutoAttribute));
        return mayBeAuto && node.GetValueKind() == JsonValueKind.String && node.GetValue<string>() == "auto" ? 0
            : Convert(node, type) ?? throw Bad(
                path, source, $"got {node.ToJsonString()}, expected {Expected(type)}{(mayBeAuto ? " or auto" : "")}");
    }

    private static object? Convert(JsonNode node, Type type) => (node.GetValueKind(), type) switch
    {
        (JsonValueKind.String, _) when type == typeof(string) => node.GetValue<string>(),
        (JsonValueKind.String, _) when type.IsEnum => EnumText.Parse(type, node.GetValue<string>()),
        (JsonValueKind.String, _) when type == typeof(OperationList) => OperationList.Parse(node.GetValue<string>()),
        (JsonValueKind.Array, _) when type == typeof(OperationList) => Operations(node.AsArray()),
        (JsonValueKind.True or JsonValueKind.False, _) when type == typeof(bool) => node.GetValue<bool>(),
        (JsonValueKind.Number, _) when type == typeof(double) => Number(node),
        (JsonValueKind.Number, _) when type == typeof(int) && Whole(node) is { } whole && whole == (int)whole
            => (int)whole,
        (JsonValueKind.Number, _) when type == typeof(long) => Whole(node),
        _ => null,
    };

    /// <summary>Returns the operations, or null if one of them is not a string.</summary>
    private static OperationList? Operations(JsonArray names)
        => names.All(name => name?.GetValueKind() == JsonValueKind.String)
            ? OperationList.Parse(names.Select(name => name!.GetValue<string>()))
            : null;

    private static double Number(JsonNode node)
        => double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Returns the number if it is an integer, even if written as 1e3 or 10.0; otherwise null.</summary>
    private static long? Whole(JsonNode node)
    {
        if (long.TryParse(
            node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long exact))
        {
            return exact;
        }

        double number = Number(node);
        return number == Math.Floor(number) && Math.Abs(number) < 1L << 53 ? (long)number : null;
    }

    private static string Expected(Type type)
        => type == typeof(string) || type.IsEnum ? "a string"
            : type == typeof(OperationList) ? "names of operations such as [crop, flip]"
            : type == typeof(bool) ? "true or false"
            : type == typeof(double) ? "a number"
            : "an integer";

    private static bool MayBeNull(PropertyInfo property)
        => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private static ConfigurationException Bad(string path, string source, string what)
        => new($"'{path}' in {source}: {what}");

    /// <summary>Returns the message without the "(Parameter 'X')" that the runtime appends.</summary>
    private static string MessageWithoutParameter(ArgumentException error)
        => error.ParamName is { } name
            ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : error.Message;
}

/// <summary>Marks an option for which <c>auto</c> in a configuration means 0, as on the command line.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AutoAttribute : Attribute;
