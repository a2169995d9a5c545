using System.Text.Json;
using System.Text.Json.Nodes;
using SimClr.Evaluation;

namespace SimClr.Cli.Studies;

/// <summary>
/// The points that a claim refers to: <c>arm</c>, one label or several for each axis, and <c>measure</c>. What is left
/// out is averaged over; the measure defaults to the first.
/// </summary>
/// <param name="results">The results.</param>
/// <param name="selector">The arguments.</param>
internal sealed class ClaimSelection(StudyResults results, JsonObject selector)
{
    private static readonly string[] OtherWords =
        ["more", "less", "by", "along", "in", "at", "than", "direction", "x", "y", "above", "below"];

    /// <summary>The measure.</summary>
    public StudyMeasure Measure { get; } = (string?)selector["measure"] is { } name
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
    public override string ToString() => string.Join(
        ", ",
        selector.Where(entry => entry.Key != "measure" && !OtherWords.Contains(entry.Key))
            .Select(entry => entry.Value is JsonArray list ? string.Join(" or ", list.Select(Text)) : Text(entry.Value))
            .DefaultIfEmpty("all"));

    private bool Matches(StudyPointResult point)
        => IsIn(selector["arm"], point.Arm.Name)
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
