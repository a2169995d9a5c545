namespace SimClr.Cli.Studies;

/// <summary>Checks that the parts of a study refer to each other correctly.</summary>
internal static class StudyChecks
{
    private static readonly string[] PlotKinds = ["lines", "bars", "heatmap", "scatter", "curves", "pictures", "table"];

    /// <exception cref="ConfigurationException">A part is missing, or a name refers to nothing.</exception>
    public static void Check(Study study, string source)
    {
        string[] axes = [.. study.Axes.Select(axis => axis.Name)];
        string[] measures = [.. study.Measures.Select(measure => measure.Name)];
        string[] arms = [.. study.Arms.Select(arm => arm.Name)];
        foreach ((string part, int count) in new[] { ("arms", arms.Length), ("scales", study.Scales.Count) })
        {
            if (count == 0)
            {
                throw Bad(part, "expected at least one");
            }
        }

        foreach (StudyArm arm in study.Arms)
        {
            RequireAll(arm.Measures, measures, $"arms.{arm.Name}.measures");
            foreach ((string axis, IReadOnlyList<string> labels) in arm.At)
            {
                RequireAll(labels, ClaimChecks.LabelsOf(study, axis), $"arms.{arm.Name}.at.{axis}");
            }
        }

        CheckPoints(study.Axes, "axes");
        foreach (StudyScale scale in study.Scales.Values)
        {
            RequireAll(scale.Arms?.Keys ?? [], arms, $"scales.{scale.Name}.arms");
            CheckPoints(scale.Axes, $"scales.{scale.Name}.axes");
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

        var claims = new ClaimChecks(study, source);
        foreach ((int index, StudyClaim claim) in study.Claims.Index())
        {
            claims.Check(claim, $"claims.{index + 1}");
        }

        void CheckPoints(IReadOnlyList<StudyAxis> all, string path)
        {
            foreach (StudyAxis axis in all)
            {
                if (axis.Points.Count == 0)
                {
                    throw Bad($"{path}.{axis.Name}", "expected at least one point");
                }

                if (axis.Points.CountBy(point => point.Label).FirstOrDefault(label => label.Value > 1) is
                    { Key: { } label })
                {
                    throw Bad($"{path}.{axis.Name}", $"the point '{label}' appears twice");
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
