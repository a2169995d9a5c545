namespace SimClr.Cli.Studies;

/// <summary>The command lines of a study, without <c>simclr</c>.</summary>
/// <param name="plan">The plan.</param>
/// <param name="directory">The directory of the study.</param>
/// <param name="train">The training images.</param>
/// <param name="test">The test images; null without.</param>
internal sealed class StudyCommands(StudyPlan plan, StudyDirectory directory, string train, string? test)
{
    private const int MaxReplacements = 20;

    /// <summary>The command that trains a run.</summary>
    public string[] Train(StudyRun run) =>
    [
        run.Verb,
        train,
        "--out", directory.Run(run),
        .. run.Preset is { } preset ? new[] { "--preset", preset } : [],
        .. run.Assignments.SelectMany(assignment => new[] { "--set", assignment }),
        "--seed", $"{run.Seed}",
        .. run.Verb == "supervised" && test is not null ? new[] { "--test", test } : [],
    ];

    /// <summary>The commands that measure a cell: each with the measures that it yields, in order.</summary>
    /// <exception cref="ConfigurationException">A variable has no value.</exception>
    public IReadOnlyList<(string[] Command, StudyMeasure[] Measures)> Measure(StudyCell cell)
        => [.. MeasuresOf(cell).Where(measure => measure.Command is not null)
            .GroupBy(measure => string.Join('\0', Expand(cell, measure)))
            .Select(group => (group.Key.Split('\0'), group.ToArray()))];

    /// <summary>The measures of a cell.</summary>
    public IEnumerable<StudyMeasure> MeasuresOf(StudyCell cell)
        => plan.Study.Measures.Where(
            measure => cell.Arm.Measures.Count == 0 || cell.Arm.Measures.Contains(measure.Name));

    /// <summary>The picture that a measure writes for a cell; null if it writes none.</summary>
    public string? Picture(StudyCell cell, StudyMeasure measure)
        => measure.Picture is { } template ? Replace(cell, measure, template) : null;

    /// <summary>The folder without which a measure is not taken for a cell; null if there is none.</summary>
    public string? Needs(StudyCell cell, StudyMeasure measure)
        => measure.Needs is { } template ? Replace(cell, measure, template) : null;

    /// <summary>The path of a measure's number in the JSON of its command.</summary>
    public string Place(StudyCell cell, StudyMeasure measure) => Replace(cell, measure, measure.Value);

    private IEnumerable<string> Expand(StudyCell cell, StudyMeasure measure)
    {
        foreach (string word in measure.Command!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith('{') && word.IndexOf('}') == word.Length - 1)
            {
                foreach (string part in IsPath(word) ? [Value(cell, measure, word[1..^1])]
                    : Replace(cell, measure, word).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    yield return part;
                }
            }
            else
            {
                yield return Replace(cell, measure, word);
            }
        }
    }

    private static bool IsPath(string word) => word is "{run}" or "{train}" or "{test}" or "{out}";

    // The value of a variable may contain variables, but not itself.
    private string Replace(StudyCell cell, StudyMeasure measure, string word)
    {
        int open;
        for (int times = 0; (open = word.IndexOf('{')) >= 0 && word.IndexOf('}', open) is > 0 and var close; times++)
        {
            if (times == MaxReplacements)
            {
                throw new ConfigurationException(
                    $"study '{plan.Study.Name}': measure '{measure.Name}' uses {{{word[(open + 1)..close]}}}, "
                        + "whose value contains itself");
            }

            word = word[..open] + Value(cell, measure, word[(open + 1)..close]) + word[(close + 1)..];
        }

        return word;
    }

    private string Value(StudyCell cell, StudyMeasure measure, string name) => name switch
    {
        "run" => cell.Run is { } run ? directory.Run(run) : throw NoValue(cell, measure, name),
        "train" => train,
        "test" => test ?? throw NoValue(cell, measure, name),
        "out" => directory.CellOutput(cell),
        "seed" => $"{cell.Seed}",
        _ => cell.Settings.Variables.TryGetValue(name, out string? text) ? text : throw NoValue(cell, measure, name),
    };

    private ConfigurationException NoValue(StudyCell cell, StudyMeasure measure, string name)
        => new($"study '{plan.Study.Name}': measure '{measure.Name}' uses {{{name}}}, which has no value in the cell "
            + $"'{cell.Title}'");
}
