using System.Text.Json.Nodes;

namespace SimClr.Cli.Studies;

/// <summary>Checks that the parts of a study refer to each other correctly.</summary>
internal static class StudyChecks
{
    private static readonly Dictionary<string, string[]> ClaimKinds = new()
    {
        ["trend"] = ["along", "direction"],
        ["compare"] = ["more", "less"],
        ["best"] = ["along", "in"],
        ["gap"] = ["more", "less", "at", "than"],
        ["correlation"] = ["x", "y"],
        ["level"] = [],
    };

    private static readonly string[] Directions = ["rising", "falling", "not rising", "not falling"];

    private static readonly string[] PlotKinds = ["lines", "bars", "heatmap", "scatter", "curves", "pictures", "table"];

    /// <exception cref="ConfigurationException">A name refers to nothing.</exception>
    public static void Check(Study study, string source)
    {
        string[] axes = [.. study.Axes.Select(axis => axis.Name)];
        string[] measures = [.. study.Measures.Select(measure => measure.Name)];
        string[] arms = [.. study.Arms.Select(arm => arm.Name)];
        foreach (StudyArm arm in study.Arms)
        {
            RequireAll(arm.Measures, measures, $"arms.{arm.Name}.measures");
        }

        foreach (StudyScale scale in study.Scales.Values)
        {
            RequireAll(scale.Arms?.Keys ?? [], arms, $"scales.{scale.Name}.arms");
        }

        Require(study.Plot.Kind, PlotKinds, "plot.kind");
        if (study.Plot.Kind is "lines" or "bars" or "heatmap")
        {
            Require(study.Plot.X, [.. axes, "arm"], "plot.x");
            Require(study.Plot.Series, [.. axes, "arm"], "plot.series");
        }
        if (study.Plot.Panels is { } panels)
        {
            Require(panels, [.. axes, "arm"], "plot.panels");
        }

        RequireAll(study.Plot.Y, measures, "plot.y");
        if (study.Plot.Kind == "scatter")
        {
            Require(study.Plot.X, measures, "plot.x");
        }

        foreach ((int index, StudyClaim claim) in study.Claims.Index())
        {
            CheckClaim(claim, $"claims.{index + 1}");
        }

        void CheckClaim(StudyClaim claim, string path)
        {
            Require(claim.Kind, ClaimKinds.Keys, path);
            foreach (string needed in ClaimKinds[claim.Kind].Where(key => claim.Arguments[key] is null))
            {
                throw Bad(path, $"'{needed}' is missing from '{claim.Kind}'");
            }

            foreach ((string key, JsonNode? value) in claim.Arguments)
            {
                switch (key)
                {
                    case "along":
                        RequireAll(
                            value is JsonArray list && claim.Kind == "best" ? list.Select(item => $"{item}")
                                : [$"{value}"],
                            claim.Kind == "best" ? [.. axes, "arm"] : axes,
                            $"{path}.{key}");
                        break;
                    case "direction":
                        Require($"{value}", Directions, $"{path}.{key}");
                        break;
                    case "measure" or "x" or "y":
                        Require($"{value}", measures, $"{path}.{key}");
                        break;
                    case "more" or "less" or "at" or "than":
                        CheckSelector(value as JsonObject ?? throw Bad($"{path}.{key}", "expected keys"), path);
                        break;
                    case "by" or "in" or "above" or "below":
                        break;
                    default:
                        CheckSelector(new JsonObject { [key] = value?.DeepClone() }, path);
                        break;
                }
            }

            if (claim.Kind == "level" && claim.Arguments["above"] is null == claim.Arguments["below"] is null)
            {
                throw Bad(path, "'level' needs either 'above' or 'below'");
            }
        }

        void CheckSelector(JsonObject selector, string path)
        {
            foreach ((string key, JsonNode? value) in selector)
            {
                Require(key, [.. axes, "arm", "measure", ClaimSelection.Diagonal], path);
                if (key is "arm" or "measure")
                {
                    RequireAll(
                        value is JsonArray list ? [.. list.Select(item => $"{item}")] : [$"{value}"],
                        key == "arm" ? arms : measures,
                        path);
                }
            }
        }

        void RequireAll(IEnumerable<string> names, IReadOnlyCollection<string> known, string path)
        {
            foreach (string name in names)
            {
                Require(name, known, path);
            }
        }

        void Require(string name, IReadOnlyCollection<string> known, string path)
        {
            if (!known.Contains(name))
            {
                throw Bad(path, $"unknown name '{name}', expected one of {string.Join(", ", known)}");
            }
        }

        ConfigurationException Bad(string path, string what) => new($"'{path}' in {source}: {what}");
    }
}
