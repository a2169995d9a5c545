using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;

namespace SimClr.Cli.Studies;

/// <summary>The plan of a study, for the user to read before it starts.</summary>
internal static class StudyPlanText
{
    public static IEnumerable<string> Lines(
        StudyPlan plan,
        StudyRecord record,
        StudyDirectory directory,
        IReadOnlyList<StudyCell> cells,
        IReadOnlyList<StudyCell> left,
        StudyEstimate estimate)
    {
        yield return $"{plan.Study.Paper.Item}: {plan.Study.Title} ({plan.Study.Name}, scale {plan.Scale.Name}: "
            + $"{plan.Scale.About})";
        yield return $"  arms    {string.Join(", ", plan.Arms.Select(arm => arm.Name))}";
        foreach (StudyAxis axis in plan.Axes)
        {
            yield return $"  grid    {axis.Title}: {string.Join(", ", axis.Points.Select(point => point.Label))}";
        }

        yield return $"  cells   {cells.Count} ({Seeds(plan)}), {left.Count} to do, "
            + $"{Runs(left)} to train";
        yield return $"  images  {record.Data.Text}"
            + (record.Test is { } test ? $"; test: {test.Text}" : "");
        if (estimate.ImagesSeen > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  cost    about {ProgressText.Span(estimate.Time)} of training on this machine "
                    + $"({estimate.ImagesSeen:N0} images), and {Measuring(estimate)}; "
                    + $"{estimate.Bytes / 1e6:N0} MB of disk");
        }

        yield return $"  out     {directory.Root}";
    }

    public static JsonObject Json(
        StudyPlan plan,
        StudyRecord record,
        StudyDirectory directory,
        IReadOnlyList<StudyCell> cells,
        IReadOnlyList<StudyCell> left,
        StudyEstimate estimate,
        StudyCommands commands) => new()
        {
            ["study"] = plan.Study.Name,
            ["scale"] = plan.Scale.Name,
            ["out"] = directory.Root,
            ["data"] = record.Data.Name,
            ["test"] = record.Test?.Name,
            ["images"] = record.Data.Taken,
            ["cells"] = new JsonArray([.. cells.Select(cell => Json(cell, !left.Contains(cell), commands))]),
            ["seconds"] = Math.Round(estimate.Time.TotalSeconds),
            ["measuring_seconds"] = estimate.Measuring is { } time ? Math.Round(time.TotalSeconds) : null,
            ["images_seen"] = estimate.ImagesSeen,
            ["bytes"] = estimate.Bytes,
        };

    private static JsonObject Json(StudyCell cell, bool isDone, StudyCommands commands) => new()
    {
        ["name"] = cell.Name,
        ["arm"] = cell.Arm.Name,
        ["points"] = new JsonArray([.. cell.Points.Select(point => JsonValue.Create(point.Label))]),
        ["seed"] = cell.Seed,
        ["done"] = isDone,
        ["train"] = cell.Run is { } run ? string.Join(' ', commands.Train(run).Select(ShellText.Quote)) : null,
        ["measure"] = new JsonArray(
            [
                .. commands.Measure(cell).Select(
                    group => JsonValue.Create(string.Join(' ', group.Command.Select(ShellText.Quote)))),
            ]),
    };

    private static string Measuring(StudyEstimate estimate) => estimate.Measuring is { } time
        ? $"about {ProgressText.Span(time)} of measuring, by the finished cells"
        : "the time of measuring";

    private static string Seeds(StudyPlan plan)
        => plan.Seeds.Count == 1 ? $"seed {plan.Seeds[0]}" : $"seeds {string.Join(", ", plan.Seeds)}";

    private static string Runs(IReadOnlyList<StudyCell> left)
    {
        int runs = left.Select(cell => cell.Run?.Name).OfType<string>().Distinct().Count();
        return runs == 1 ? "1 run" : $"{runs} runs";
    }
}
