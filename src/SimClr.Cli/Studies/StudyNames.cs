namespace SimClr.Cli.Studies;

/// <summary>
/// Names of cells and runs for files. A run's name has only the parts that affect its training, so that cells which
/// differ in nothing else share the run; arms that train alike share the name of the first of them.
/// </summary>
/// <param name="basis">The settings of all cells.</param>
/// <param name="arms">The arms of the plan.</param>
/// <param name="axes">The axes of the plan.</param>
internal sealed class StudyNames(
    StudySettings basis, IReadOnlyList<StudyArm> arms, IReadOnlyList<StudyAxis> axes)
{
    // Values with variables, which the settings of an arm or point may give.
    private readonly string templates = string.Join('\n', basis.Configuration
        .Concat(arms.SelectMany(arm => arm.Settings.Configuration))
        .Concat(axes.SelectMany(axis => axis.Points.SelectMany(point => point.Settings.Configuration)))
        .Select(setting => setting.Value));

    private readonly Dictionary<string, string> known = [];

    public string Cell(StudyArm arm, IReadOnlyList<StudyPoint> points, long seed)
        => Unique("cell", [arm.Name, .. points.Select(point => point.Label)], seed);

    public string Run(StudyArm arm, IReadOnlyList<StudyPoint> points, long seed) => Unique(
        "run",
        [
            arms.Select(TrainingOf).Distinct().Count() == 1 ? arms[0].Train!
                : arms.First(other => TrainingOf(other) == TrainingOf(arm)).Name,
            .. points.Where((_, index) => axes[index].Points.Any(point => Trains(point.Settings)))
                .Select(point => point.Label),
        ],
        seed);

    // Labels that differ only in punctuation get a number.
    private string Unique(string kind, IEnumerable<string> parts, long seed)
    {
        string exact = $"{kind}/{string.Join('/', parts)}";
        string slug = string.Join('-', parts.Select(Slug).Where(part => part.Length > 0));
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? slug : $"{slug}-{number}";
            if (known.TryAdd($"{kind}/{name}", exact) || known[$"{kind}/{name}"] == exact)
            {
                return $"{name}-s{seed}";
            }
        }
    }

    private bool Trains(StudySettings settings)
        => settings.Configuration.Count > 0 || settings.Variables.Keys.Any(IsInTemplates);

    private bool IsInTemplates(string variable) => templates.Contains($"{{{variable}}}", StringComparison.Ordinal);

    private string TrainingOf(StudyArm arm) => string.Join(
        '\n',
        [
            arm.Train ?? "",
            .. arm.Settings.Configuration.Select(setting => $"{setting.Key}={setting.Value}"),
            .. arm.Settings.Variables.Where(variable => IsInTemplates(variable.Key))
                .Select(variable => $"{variable.Key}={variable.Value}"),
        ]);

    private static string Slug(string label)
    {
        IEnumerable<char> letters = label.ToLowerInvariant()
            .Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '-');
        return string.Join('-', new string([.. letters]).Split('-', StringSplitOptions.RemoveEmptyEntries));
    }
}
