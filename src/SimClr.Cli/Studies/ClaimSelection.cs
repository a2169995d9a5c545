using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Evaluation;

namespace SimClr.Cli.Studies;

/// <summary>
/// The points that a claim refers to: <c>arm</c>, one label or several for each axis, <c>measure</c>, and
/// <c>diagonal</c>: true for the points with one label on all axes, false for the others. The labels <c>first</c> and
/// <c>last</c> are the ends of an axis at the scale of the results. What is left out is averaged over; the measure
/// defaults to the first.
/// </summary>
/// <param name="results">The results.</param>
/// <param name="arguments">The arguments.</param>
internal sealed class ClaimSelection(StudyResults results, JsonObject arguments)
{
    /// <summary>The word for points with the same label on all axes.</summary>
    public const string Diagonal = "diagonal";

    /// <summary>The word for the first point of an axis.</summary>
    public const string First = "first";

    /// <summary>The word for the last point of an axis.</summary>
    public const string Last = "last";

    private static readonly string[] OtherWords =
        ["more", "less", "by", "along", "in", "at", "than", "direction", "x", "y", "above", "below"];

    private readonly JsonObject selector = WithLabels(results.Plan, arguments);

    /// <summary>The measure.</summary>
    public StudyMeasure Measure { get; } = (string?)arguments["measure"] is { } name
        ? results.Plan.Study.Measures.First(measure => measure.Name == name)
        : results.Plan.Study.Measures[0];

    /// <summary>The selected points, in the order of the plan.</summary>
    public IReadOnlyList<StudyPointResult> Points =>
        [.. results.Points.Where(point => point.Measure == Measure && Matches(point))];

    /// <summary>The selection with further conditions.</summary>
    public ClaimSelection And(JsonObject more)
    {
        JsonObject both = selector.DeepClone().AsObject();
        foreach ((string key, JsonNode? value) in more)
        {
            both[key] = value?.DeepClone();
        }

        return new ClaimSelection(results, both);
    }

    /// <summary>The selection at one point of an axis.</summary>
    public ClaimSelection At(string axis, string label) => And(new JsonObject { [axis] = label });

    /// <summary>
    /// The selection at each point of an axis, or of the grid of several, by label; those without results are left out.
    /// </summary>
    /// <param name="along">An axis, <c>arm</c>, or a list of these.</param>
    public IReadOnlyList<(string Label, ClaimSelection Selection)> Along(JsonNode along)
    {
        IEnumerable<(string Label, ClaimSelection Selection)> grid = [("", this)];
        foreach (string axis in along is JsonArray list ? list.Select(Text) : [Text(along)])
        {
            IEnumerable<string> all = axis == "arm"
                ? results.Plan.Arms.Select(arm => arm.Name)
                : results.Plan.Axes.First(known => known.Name == axis).Points.Select(point => point.Label);
            string[] labels = [.. all.Where(label => IsIn(selector[axis], label))];
            grid = grid.SelectMany(begun => labels.Select(
                label => (begun.Label.Length == 0 ? label : $"{begun.Label} + {label}",
                    begun.Selection.At(axis, label))));
        }

        return [.. grid.Where(point => point.Selection.Points.Count > 0)];
    }

    /// <summary>
    /// The mean over the selected points for each seed that has all of them; null if nothing is complete.
    /// </summary>
    public IReadOnlyDictionary<long, double>? Seeds()
    {
        IReadOnlyList<StudyPointResult> points = Points;
        long[] complete = [.. results.Plan.Seeds.Where(seed => points.All(point => point.Values.ContainsKey(seed)))];
        return points.Count == 0 || complete.Length == 0 || points.Any(point => point.Missing > 0)
            ? null
            : complete.ToDictionary(seed => seed, seed => points.Average(point => point.Values[seed]));
    }

    /// <summary>The interval over the test images of the mean, for one seed; null without.</summary>
    public Interval? TestInterval()
    {
        IReadOnlyList<StudyPointResult> points = Points;
        return points.All(point => point.TestInterval is not null) && points.Count > 0
            ? new Interval(
                points.Average(point => point.TestInterval!.Value.Low),
                points.Average(point => point.TestInterval!.Value.High))
            : null;
    }

    /// <summary>The selection in words.</summary>
    public override string ToString()
    {
        string points = string.Join(
            ", ",
            selector.Where(entry => entry.Key != "measure" && !OtherWords.Contains(entry.Key))
                .Select(entry => entry.Key == Diagonal
                    ? (entry.Value!.GetValue<bool>() ? "diagonal" : "off the diagonal")
                    : entry.Value is JsonArray list ? string.Join(" or ", list.Select(Text))
                    : Text(entry.Value)));
        string title = Measure.Title.Replace(" (%)", "", StringComparison.Ordinal);
        return ((string?)selector["measure"], points) switch
        {
            (null, "") => "all",
            (null, _) => points,
            (_, "") => title,
            _ => $"{points} ({title})",
        };
    }

    private static JsonObject WithLabels(StudyPlan plan, JsonObject arguments)
    {
        JsonObject labels = arguments.DeepClone().AsObject();
        foreach (StudyAxis axis in plan.Axes)
        {
            string? wanted = labels[axis.Name] is JsonValue value ? Text(value) : null;
            if (wanted is First or Last)
            {
                labels[axis.Name] = axis.Points[wanted == First ? 0 : ^1].Label;
            }
        }

        return labels;
    }

    private bool Matches(StudyPointResult point)
        => IsIn(selector["arm"], point.Arm.Name)
            && (selector[Diagonal] is not { } wanted
                || wanted.GetValue<bool>() == (point.Points.Distinct().Count() == 1))
            && results.Plan.Axes.Index().All(axis => IsIn(selector[axis.Item.Name], point.Points[axis.Index]));

    private static bool IsIn(JsonNode? wanted, string label) => wanted switch
    {
        null => true,
        JsonArray list => list.Any(item => Text(item) == label),
        _ => Text(wanted) == label,
    };

    private static string Text(JsonNode? node)
        => node is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : node?.ToJsonString() ?? "";
}
