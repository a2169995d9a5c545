using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Cli.Studies;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr study report DIR…</c>.</summary>
internal static class StudyReportCommand
{
    public static Verb Create()
    {
        var directories = new Argument<string[]>("DIR")
        {
            Description = "Directory of a study",
            Arity = ArgumentArity.OneOrMore,
        };
        var verb = new Verb(
            "report",
            "Judge the claims of a study, and write its page, figures and tables to DIR/report.",
            "simclr study report studies/color-smoke") { directories };
        return verb.Handle(context =>
        {
            StudyResults[] all =
            [
                .. context.Value(directories).Select(
                    path => StudyResults.Load(new StudyDirectory(Path.TrimEndingDirectorySeparator(path)))),
            ];
            if (all is [var single])
            {
                Report(context, single);
                return;
            }

            context.Result(
                new JsonObject { ["studies"] = new JsonArray([.. all.Select(Write)]) },
                all.SelectMany(results => Lines(results).Append(PageLine(results))));
        });
    }

    /// <summary>Writes the report of a study and prints its claims.</summary>
    public static void Report(CommandContext context, StudyResults results)
        => context.Result(Write(results), Lines(results).Append(PageLine(results)));

    private static JsonObject Write(StudyResults results)
    {
        JsonObject json = Json(results);
        json["report"] = StudyReport.PageOf(results);
        StudyReport.Write(results, json);
        return json;
    }

    private static string PageLine(StudyResults results) => $"report: {Path.GetFullPath(StudyReport.PageOf(results))}";

    private static JsonObject Json(StudyResults results) => new()
    {
        ["study"] = results.Plan.Study.Name,
        ["scale"] = results.Plan.Scale.Name,
        ["cells"] = new JsonArray([.. results.Points.Select(Json)]),
        ["measured_cells"] = results.Measured,
        ["planned_cells"] = results.Cells.Count,
        ["claims"] = new JsonArray([.. results.Claims.Select(Json)]),
        ["seconds"] = Math.Round(results.Cost.TotalSeconds),
        ["report"] = null,
    };

    private static JsonObject Json(StudyPointResult point) => new()
    {
        ["arm"] = point.Arm.Name,
        ["points"] = new JsonArray([.. point.Points.Select(label => JsonValue.Create(label))]),
        ["measure"] = point.Measure.Name,
        ["mean"] = double.IsNaN(point.Mean) ? null : Math.Round(point.Mean, 4),
        ["interval"] = point.Interval is { } interval
            ? new JsonArray(Math.Round(interval.Low, 4), Math.Round(interval.High, 4))
            : null,
        ["interval_over"] = point.IntervalKind,
        ["seeds"] = new JsonObject(
            point.Values.Select(entry => KeyValuePair.Create($"{entry.Key}", (JsonNode?)Math.Round(entry.Value, 4)))),
        ["diverged"] = point.Diverged,
        ["missing"] = point.Missing,
    };

    private static JsonObject Json(ClaimOutcome claim)
    {
        var json = new JsonObject
        {
            ["text"] = claim.Text,
            ["holds"] = claim.Holds,
            ["finding"] = claim.Finding,
        };
        foreach ((string name, double value) in claim.Numbers)
        {
            json[name] = value;
        }

        return json;
    }

    private static IEnumerable<string> Lines(StudyResults results)
    {
        Study study = results.Plan.Study;
        yield return $"{study.Paper.Item}: {study.Title} (scale {results.Plan.Scale.Name}: {results.Plan.Scale.About})";
        foreach (StudyPointResult point in results.Points)
        {
            string label = string.Join(", ", [point.Arm.Name, .. point.Points]);
            yield return $"  {label}: {point.Measure.Name} {StudyText.Value(point)}";
        }

        foreach (ClaimOutcome claim in results.Claims)
        {
            yield return $"{(claim.Holds is { } holds ? holds ? "✓" : "✗" : "–")} {claim.Text} {claim.Finding}";
        }

        yield return $"{results.Measured} of {results.Cells.Count} cells, {ProgressText.Span(results.Cost)}";
    }
}
