using System.Text.Json.Nodes;

namespace SimClr.Cli.Studies;

/// <summary>
/// A figure or table of the paper as an experiment: which runs to train, what to measure on them, and which claims to
/// judge by the results. One YAML file each in <c>Studies/Catalog</c>; <see cref="StudyFile"/> reads it.
/// </summary>
/// <param name="Name">The name, such as <c>color</c>.</param>
/// <param name="Title">The title of the page.</param>
/// <param name="Paper">The figure or table in the paper.</param>
/// <param name="Settings">Settings of all scales and arms, which may override them.</param>
/// <param name="Arms">The methods that are compared: one color each.</param>
/// <param name="Axes">The grid that every arm covers; may be empty.</param>
/// <param name="Measures">What is measured on each cell; the first one is drawn.</param>
/// <param name="Scales">Sizes of the experiment by name.</param>
/// <param name="Claims">The paper's findings, to be judged.</param>
/// <param name="Plot">How the results are drawn.</param>
/// <param name="Differences">How the small scales differ from the paper, a sentence each.</param>
internal sealed record Study(
    string Name,
    string Title,
    StudyPaper Paper,
    StudySettings Settings,
    IReadOnlyList<StudyArm> Arms,
    IReadOnlyList<StudyAxis> Axes,
    IReadOnlyList<StudyMeasure> Measures,
    IReadOnlyDictionary<string, StudyScale> Scales,
    IReadOnlyList<StudyClaim> Claims,
    StudyPlot Plot,
    IReadOnlyList<string> Differences);

/// <summary>The figure or table in the paper.</summary>
/// <param name="Item">Such as <c>Table 1</c>; several are separated by commas.</param>
/// <param name="Section">The section.</param>
/// <param name="Setting">Encoder, data and epochs.</param>
/// <param name="Measure">What its numbers are, with the unit.</param>
/// <param name="Values">
/// The printed numbers: the path of labels (arm, then one point per axis; or one label of a measure last) and the
/// number. Empty if the figure prints none.
/// </param>
/// <param name="Others">Numbers that the figure prints of methods which the study has no arms for.</param>
/// <param name="Note">What else to know about the numbers; or null.</param>
internal sealed record StudyPaper(
    string Item,
    string Section,
    string Setting,
    string Measure,
    IReadOnlyList<PaperValue> Values,
    IReadOnlyList<PaperValue> Others,
    string? Note);

/// <summary>A number that the paper prints.</summary>
/// <param name="Path">The labels that lead to it, the arm first.</param>
/// <param name="Value">The number in the paper's unit.</param>
internal sealed record PaperValue(IReadOnlyList<string> Path, double Value);

/// <summary>A method of a study.</summary>
/// <param name="Name">The name in legends.</param>
/// <param name="Train">
/// The verb that trains its runs, <c>pretrain</c> or <c>supervised</c>; null without training.
/// </param>
/// <param name="Settings">Configuration keys and variables of this arm.</param>
/// <param name="At">The points of an axis to which the arm is restricted.</param>
/// <param name="Measures">The names of its measures; all of the study if empty.</param>
internal sealed record StudyArm(
    string Name,
    string? Train,
    StudySettings Settings,
    IReadOnlyDictionary<string, IReadOnlyList<string>> At,
    IReadOnlyList<string> Measures);

/// <summary>One dimension of the grid.</summary>
/// <param name="Name">The name, used in claims.</param>
/// <param name="Title">The title for charts.</param>
/// <param name="Key">The key or variable whose values are the points; null if each point has its own settings.</param>
/// <param name="Points">The points in order.</param>
internal sealed record StudyAxis(string Name, string Title, string? Key, IReadOnlyList<StudyPoint> Points);

/// <summary>One point of an axis.</summary>
/// <param name="Label">The label.</param>
/// <param name="Settings">Configuration keys and variables at this point.</param>
internal sealed record StudyPoint(string Label, StudySettings Settings);

/// <summary>
/// Settings in order: keys with a dot (and <c>preset</c>, <c>precision</c> and the like) belong to the configuration of
/// a run, all others are variables of the commands and of the configuration.
/// </summary>
/// <param name="Configuration">Key and value of the configuration.</param>
/// <param name="Variables">Name and text of each variable.</param>
internal sealed record StudySettings(
    IReadOnlyList<KeyValuePair<string, string>> Configuration, IReadOnlyDictionary<string, string> Variables)
{
    public static StudySettings None { get; } = new([], new Dictionary<string, string>());

    /// <summary>These settings, overridden by others.</summary>
    public StudySettings With(StudySettings other)
    {
        var variables = new Dictionary<string, string>(Variables);
        foreach ((string name, string text) in other.Variables)
        {
            variables[name] = text;
        }

        return new StudySettings(
            [
                .. Configuration.Where(own => other.Configuration.All(set => set.Key != own.Key)),
                .. other.Configuration,
            ],
            variables);
    }

    /// <summary>
    /// The configuration with its variables replaced: <c>[{first}, {second}]</c>. Of a list, each item is kept once.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> Assignments()
        => Configuration.Select(setting => KeyValuePair.Create(setting.Key, Assigned(setting.Value)));

    private string Assigned(string value)
    {
        if (!value.Contains('{'))
        {
            return value;
        }

        string text = Variables.Aggregate(
            value,
            (known, variable) => known.Replace($"{{{variable.Key}}}", variable.Value, StringComparison.Ordinal));
        return text.StartsWith('[') && text.EndsWith(']')
            ? $"[{string.Join(", ", text[1..^1].Split(", ", StringSplitOptions.RemoveEmptyEntries).Distinct())}]"
            : text;
    }
}

/// <summary>A measurement: a command on a cell, and the number to take from its JSON.</summary>
/// <param name="Name">The name, used in claims and results.</param>
/// <param name="Title">The title for charts, with the unit.</param>
/// <param name="Command">
/// The command line without <c>simclr</c>; <c>{run}</c>, <c>{train}</c>, <c>{test}</c>, <c>{out}</c>, <c>{seed}</c> and
/// variables are replaced. Null takes the number from the JSON of the training command.
/// </param>
/// <param name="Value">
/// The path of the number in the JSON, such as <c>top1</c>, with variables; in a list, the next word is the <c>name</c>
/// of an item.
/// </param>
/// <param name="Percent">Whether the number is a share, reported in percent.</param>
/// <param name="Optional">Whether the JSON may lack the number, as for a data set that is not there.</param>
/// <param name="Needs">
/// A folder without which nothing is measured, such as <c>{sets}</c>; null if there is none.
/// </param>
/// <param name="Picture">The picture that the command writes, such as <c>{out}.png</c>; or null.</param>
/// <param name="Series">The path of numbers in the JSON to draw as a curve; or null.</param>
internal sealed record StudyMeasure(
    string Name,
    string Title,
    string? Command,
    string Value,
    bool Percent,
    bool Optional,
    string? Needs,
    string? Picture,
    string? Series)
{
    /// <summary>The unit for texts: percentage points or none.</summary>
    public double Scale => Percent ? 100 : 1;
}

/// <summary>A size of the experiment.</summary>
/// <param name="Name">smoke, small, medium or paper.</param>
/// <param name="About">What it trains on, in one line.</param>
/// <param name="Data">The training images; null if the user must name them.</param>
/// <param name="Test">The test images; null if the user must name them.</param>
/// <param name="Images">The number of training images taken, balanced over the classes; null for all.</param>
/// <param name="TestImages">The number of test images taken; null for all.</param>
/// <param name="Seeds">The seeds of the runs.</param>
/// <param name="Settings">Configuration keys and variables of all cells.</param>
/// <param name="Arms">The arms at this scale with settings of their own, such as a tuned rate; null for all.</param>
/// <param name="Axes">Axes that replace those of the study, by name.</param>
internal sealed record StudyScale(
    string Name,
    string About,
    string? Data,
    string? Test,
    int? Images,
    int? TestImages,
    IReadOnlyList<long> Seeds,
    StudySettings Settings,
    IReadOnlyDictionary<string, StudySettings>? Arms,
    IReadOnlyList<StudyAxis> Axes);

/// <summary>A finding of the paper in a form that the results can decide.</summary>
/// <param name="Text">The finding in words.</param>
/// <param name="Kind">trend, compare, best, gap, correlation or level.</param>
/// <param name="Arguments">The arguments of the kind.</param>
internal sealed record StudyClaim(string Text, string Kind, JsonObject Arguments);

/// <summary>How results are drawn.</summary>
/// <param name="Kind">
/// lines, bars, heatmap (x the column, series the row), scatter, curves (the series of measures), pictures or table.
/// </param>
/// <param name="X">An axis, or a measure for a scatter chart.</param>
/// <param name="Y">The measures that are drawn; the first one by default.</param>
/// <param name="Series">An axis or <c>arm</c>.</param>
/// <param name="Panels">An axis or <c>arm</c> with one chart for each point; or null.</param>
/// <param name="Logarithmic">Whether x is logarithmic.</param>
internal sealed record StudyPlot(
    string Kind, string X, IReadOnlyList<string> Y, string Series, string? Panels, bool Logarithmic);
