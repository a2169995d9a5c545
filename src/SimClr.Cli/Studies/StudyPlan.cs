using System.Globalization;
using SimClr.Configuration;

namespace SimClr.Cli.Studies;

/// <summary>One point of the grid for one arm and one seed.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Points">The point on each axis, in the order of the axes.</param>
/// <param name="Seed">The seed of its run.</param>
/// <param name="Name">The name of its files: arm, points and seed.</param>
/// <param name="Run">The run it measures; null if the study trains nothing.</param>
/// <param name="Settings">All its settings.</param>
internal sealed record StudyCell(
    StudyArm Arm, IReadOnlyList<StudyPoint> Points, long Seed, string Name, StudyRun? Run, StudySettings Settings)
{
    /// <summary>The cell in words, without the seed: <c>SimCLR, 1/8</c>.</summary>
    public string Title => string.Join(", ", [Arm.Name, .. Points.Select(point => point.Label)]);
}

/// <summary>A run to train. Cells that differ only in what is measured share it.</summary>
/// <param name="Name">The name of its directory.</param>
/// <param name="Verb"><c>pretrain</c> or <c>supervised</c>.</param>
/// <param name="Preset">The preset; null for the command's choice.</param>
/// <param name="Assignments">The configuration, as <c>key=value</c>.</param>
/// <param name="Seed">The seed.</param>
internal sealed record StudyRun(
    string Name, string Verb, string? Preset, IReadOnlyList<string> Assignments, long Seed);

/// <summary>All cells of a study at one scale.</summary>
/// <param name="Study">The study.</param>
/// <param name="Scale">The scale.</param>
/// <param name="Arms">The arms at this scale.</param>
/// <param name="Axes">The axes at this scale.</param>
/// <param name="Seeds">The seeds.</param>
/// <param name="Overrides">Assignments of the user: configuration of all runs, and variables.</param>
/// <param name="Cells">The cells; all seeds of one point follow one another.</param>
internal sealed record StudyPlan(
    Study Study,
    StudyScale Scale,
    IReadOnlyList<StudyArm> Arms,
    IReadOnlyList<StudyAxis> Axes,
    IReadOnlyList<long> Seeds,
    IReadOnlyList<string> Overrides,
    IReadOnlyList<StudyCell> Cells)
{
    private const int MaxCells = 10_000;

    /// <summary>The runs to train, each once.</summary>
    public IReadOnlyList<StudyRun> Runs { get; } =
        [.. Cells.Select(cell => cell.Run).OfType<StudyRun>().DistinctBy(run => run.Name)];

    /// <summary>Whether a measure needs labels.</summary>
    public bool NeedsLabels => Study.Measures.Any(measure => measure.Command?.Contains("{test}") ?? true)
        || Arms.Any(arm => arm.Train == "supervised");

    /// <summary>Plans a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="scale">The name of the scale.</param>
    /// <param name="seeds">The seeds; null for those of the scale.</param>
    /// <param name="overrides">
    /// Assignments: <c>section.key=value</c> for all runs, and <c>name=text</c> for variables.
    /// </param>
    /// <exception cref="ConfigurationException">The scale is unknown, or a cell's configuration is invalid.</exception>
    public static StudyPlan Create(
        Study study, string scale, IReadOnlyList<long>? seeds, IReadOnlyList<string> overrides)
    {
        StudyScale size = study.Scales.TryGetValue(scale, out StudyScale? found)
            ? found
            : throw new ConfigurationException(
                $"study '{study.Name}' has no scale '{scale}', expected one of {string.Join(", ", study.Scales.Keys)}");
        StudyArm[] arms =
        [
            .. study.Arms.Where(arm => size.Arms?.ContainsKey(arm.Name) ?? true).Select(arm => arm with
            {
                Settings = arm.Settings.With(size.Arms?.GetValueOrDefault(arm.Name) ?? StudySettings.None),
            }),
        ];
        StudyAxis[] axes =
            [.. study.Axes.Select(axis => size.Axes.FirstOrDefault(own => own.Name == axis.Name) ?? axis)];
        seeds ??= size.Seeds;
        StudySettings basis = study.Settings.With(size.Settings);
        StudySettings own = Overridden(study, overrides);
        var names = new StudyNames(basis, arms, axes);
        List<StudyCell> cells = [];
        RejectAxes(study, own, axes);
        RequireFew(study, (double)arms.Length * seeds.Count, axes);
        foreach (StudyArm arm in arms)
        {
            foreach (StudyPoint[] points in Grid(arm, axes))
            {
                StudySettings settings = points.Aggregate(
                    basis.With(arm.Settings), (all, point) => all.With(point.Settings)).With(own);
                cells.AddRange(seeds.Select(seed => new StudyCell(
                    arm,
                    points,
                    seed,
                    names.Cell(arm, points, seed),
                    Run(names, arm, points, seed, settings),
                    settings)));
            }
        }

        return new StudyPlan(study, size, arms, axes, seeds, overrides, cells);
    }

    /// <summary>Resolves and checks the configuration of every run.</summary>
    /// <exception cref="ConfigurationException">
    /// A value is unknown or out of range; the message names the cell.
    /// </exception>
    public IReadOnlyDictionary<string, PretrainOptions> ResolveConfigurations()
    {
        Dictionary<string, PretrainOptions> all = [];
        foreach (StudyRun run in Runs)
        {
            try
            {
                all[run.Name] = RunConfiguration.Validate(
                    RunConfiguration.ResolveUnchecked(
                        new PretrainOptions(), run.Preset, file: null, run.Assignments))
                    with
                { Seed = run.Seed };
            }
            catch (ConfigurationException error)
            {
                throw new ConfigurationException(
                    $"study '{Study.Name}' at scale {Scale.Name}, run '{run.Name}': {error.Message}", error);
            }
        }

        return all;
    }

    /// <summary>The i-th of n parts of the cells; cells that share a run stay together.</summary>
    /// <param name="part">The part, from 1.</param>
    /// <param name="parts">The number of parts.</param>
    public IReadOnlyList<StudyCell> Part(int part, int parts)
    {
        string[] groups = [.. Cells.Select(GroupOf).Distinct()];
        return [.. Cells.Where(cell => Array.IndexOf(groups, GroupOf(cell)) % parts == part - 1)];
    }

    // It would train all points of the axis alike, under different labels.
    private static void RejectAxes(Study study, StudySettings own, StudyAxis[] axes)
    {
        foreach (StudyAxis axis in axes)
        {
            string? key = axis.Points.SelectMany(point => point.Settings.Configuration)
                .Select(setting => setting.Key)
                .FirstOrDefault(key => own.Configuration.Any(setting => setting.Key == key));
            if (key is not null)
            {
                throw new ConfigurationException(
                    $"--set: '{key}' is what the axis '{axis.Name}' of study '{study.Name}' varies; "
                        + $"to change its points, edit a copy ('simclr study copy {study.Name}')");
            }
        }
    }

    private static void RequireFew(Study study, double armsAndSeeds, StudyAxis[] axes)
    {
        double count = axes.Aggregate(armsAndSeeds, (all, axis) => all * axis.Points.Count);
        if (count > MaxCells)
        {
            throw new ConfigurationException(string.Create(
                CultureInfo.InvariantCulture,
                $"study '{study.Name}' has {count:N0} cells, expected at most {MaxCells:N0}; "
                    + $"give its axes fewer points"));
        }
    }

    private static StudySettings Overridden(Study study, IReadOnlyList<string> overrides)
    {
        List<KeyValuePair<string, string>> configuration = [];
        Dictionary<string, string> variables = [];
        foreach (string text in overrides)
        {
            string[] sides = text.Split('=', 2);
            if (sides.Length == 2 && !StudyFile.IsConfiguration(sides[0]))
            {
                variables[sides[0]] = IsVariable(study, sides[0])
                    ? sides[1]
                    : throw new ConfigurationException(
                        $"--set: study '{study.Name}' has no variable '{sides[0]}'; a key of the configuration is "
                            + "section.key=value");
            }
            else
            {
                configuration.Add(new(sides[0], sides.ElementAtOrDefault(1) ?? ""));
            }
        }

        return new StudySettings(configuration, variables);
    }

    private static bool IsVariable(Study study, string name)
        => study.Settings.Variables.ContainsKey(name)
            || study.Scales.Values.Any(scale => scale.Settings.Variables.ContainsKey(name));

    private static string GroupOf(StudyCell cell) => cell.Run?.Name ?? cell.Name;

    private static IEnumerable<StudyPoint[]> Grid(StudyArm arm, IReadOnlyList<StudyAxis> axes)
    {
        IEnumerable<StudyPoint[]> grid = [[]];
        foreach (StudyAxis axis in axes)
        {
            StudyPoint[] points =
            [
                .. axis.Points.Where(
                    point => !arm.At.TryGetValue(axis.Name, out IReadOnlyList<string>? labels)
                        || labels.Contains(point.Label)),
            ];
            grid = grid.SelectMany(begun => points.Select(point => (StudyPoint[])[.. begun, point]));
        }

        return grid;
    }

    private static StudyRun? Run(
        StudyNames names,
        StudyArm arm,
        StudyPoint[] points,
        long seed,
        StudySettings settings)
    {
        if (arm.Train is not { } verb)
        {
            return null;
        }

        KeyValuePair<string, string>[] all = [.. settings.Assignments()];
        string? preset = all.LastOrDefault(setting => setting.Key == "preset").Value;
        string[] assignments =
        [
            .. all.Where(setting => setting.Key != "preset").Select(setting => $"{setting.Key}={setting.Value}"),
        ];
        return new StudyRun(names.Run(arm, points, seed), verb, preset, assignments, seed);
    }
}
