using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Studies;

/// <summary>Checks that claims refer to what a study has, before anything is trained.</summary>
/// <param name="study">The study.</param>
/// <param name="source">Its file, for messages.</param>
internal sealed class ClaimChecks(Study study, string source)
{
    private static readonly Dictionary<string, string[]> Kinds = new()
    {
        ["trend"] = ["along", "direction"],
        ["compare"] = ["more", "less"],
        ["best"] = ["along", "in"],
        ["gap"] = ["more", "less", "at", "than"],
        ["correlation"] = ["x", "y"],
        ["level"] = [],
    };

    private static readonly string[] Directions = ["rising", "falling", "not rising", "not falling"];

    private readonly string[] axes = [.. study.Axes.Select(axis => axis.Name)];
    private readonly string[] arms = [.. study.Arms.Select(arm => arm.Name)];
    private readonly string[] measures = [.. study.Measures.Select(measure => measure.Name)];

    /// <summary>Returns the labels of an axis at any scale.</summary>
    public static string[] LabelsOf(Study study, string axis)
        => [.. study.Axes.Concat(study.Scales.Values.SelectMany(scale => scale.Axes))
            .Where(known => known.Name == axis)
            .SelectMany(known => known.Points)
            .Select(point => point.Label)
            .Distinct()];

    /// <exception cref="ConfigurationException">The claim is incomplete or refers to nothing.</exception>
    public void Check(StudyClaim claim, string path)
    {
        Require(claim.Kind, Kinds.Keys, path);
        foreach (string needed in Kinds[claim.Kind].Where(key => claim.Arguments[key] is null))
        {
            throw Bad(path, $"'{needed}' is missing from '{claim.Kind}'");
        }

        foreach ((string key, JsonNode? value) in claim.Arguments)
        {
            CheckArgument(claim, key, value, $"{path}.{key}");
        }

        if (claim.Kind == "level" && claim.Arguments["above"] is null == claim.Arguments["below"] is null)
        {
            throw Bad(path, "'level' needs either 'above' or 'below'");
        }
    }

    private void CheckArgument(StudyClaim claim, string key, JsonNode? value, string path)
    {
        switch (key)
        {
            case "along":
                RequireAll(
                    value is JsonArray && claim.Kind == "best" ? Texts(value, path) : [Text(value, path)],
                    claim.Kind == "best" ? [.. axes, "arm"] : axes,
                    path);
                break;
            case "direction":
                Require(Text(value, path), Directions, path);
                break;
            case "measure" or "x" or "y":
                Require(Text(value, path), measures, path);
                break;
            case "more" or "less" or "at" or "than":
                CheckSelector(value as JsonObject ?? throw Bad(path, "expected a section with keys"), path);
                break;
            case "by" or "above" or "below":
                if (value?.GetValueKind() != JsonValueKind.Number)
                {
                    throw Bad(path, $"got {value?.ToJsonString() ?? "nothing"}, expected a number");
                }

                break;
            case "in":
                if (value is not JsonArray { Count: > 0 })
                {
                    throw Bad(path, $"got {value?.ToJsonString() ?? "nothing"}, expected a list of labels");
                }

                string[] labels = [.. Texts(value, path)];
                if (claim.Arguments["along"] is JsonValue along)
                {
                    RequireAll(labels, $"{along}" == "arm" ? arms : LabelsOf(study, $"{along}"), path);
                }

                break;
            default:
                CheckSelector(new JsonObject { [key] = value?.DeepClone() }, path);
                break;
        }
    }

    private void CheckSelector(JsonObject selector, string path)
    {
        foreach ((string key, JsonNode? value) in selector)
        {
            Require(key, [.. axes, "arm", "measure", ClaimSelection.Diagonal], path);
            if (key == ClaimSelection.Diagonal)
            {
                if (value?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
                {
                    throw Bad(path, $"'{key}' is {value?.ToJsonString() ?? "nothing"}, expected true or false");
                }

                continue;
            }

            RequireAll(
                Texts(value, path),
                key switch
                {
                    "arm" => arms,
                    "measure" => measures,
                    _ => [.. LabelsOf(study, key), ClaimSelection.First, ClaimSelection.Last],
                },
                path);
        }
    }

    private IEnumerable<string> Texts(JsonNode? value, string path)
        => value is JsonArray list ? list.Select(item => Text(item, path)) : [Text(value, path)];

    private string Text(JsonNode? value, string path) => value switch
    {
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        JsonValue number => number.ToJsonString(),
        _ => throw Bad(path, $"got {value?.ToJsonString() ?? "nothing"}, expected a name"),
    };

    private void RequireAll(IEnumerable<string> names, IReadOnlyCollection<string> known, string path)
    {
        foreach (string name in names)
        {
            Require(name, known, path);
        }
    }

    private void Require(string name, IReadOnlyCollection<string> known, string path)
    {
        if (!known.Contains(name))
        {
            throw Bad(path, $"unknown name '{name}', expected one of {string.Join(", ", known)}");
        }
    }

    private ConfigurationException Bad(string path, string what) => new($"'{path}' in {source}: {what}");
}
