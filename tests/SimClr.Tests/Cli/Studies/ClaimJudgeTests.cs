using System.Text.Json.Nodes;
using SimClr.Cli.Studies;

namespace SimClr.Tests.Cli.Studies;

/// <summary>Claims about results whose answer is known.</summary>
public sealed class ClaimJudgeTests
{
    private const string Yaml = """
        study: known
        title: Known results
        paper: { item: Table 0, section: "0", setting: none, measure: none }
        arms:
          A: {}
          B: {}
        axes:
          size: { title: size, key: size, points: ["1", "2", "4"] }
          time: { title: time, key: time, points: ["short", "long"] }
        measures:
          top1: { title: top-1, command: "evaluate knn", value: top1, percent: false }
          other: { title: other, command: "evaluate linear", value: top1, percent: false }
        scales: { smoke: { about: none, seeds: [0, 1, 2] } }
        plot: { kind: table }
        claims: []
        differences: []
        """;

    [Theory]
    [InlineData("""{"arm":"A","along":"size","direction":"rising"}""", true)]
    [InlineData("""{"arm":"A","along":"size","direction":"falling"}""", false)]
    [InlineData("""{"arm":"A","along":"size","direction":"not rising"}""", false)]
    [InlineData("""{"arm":"B","along":"size","direction":"rising"}""", false)]
    [InlineData("""{"arm":"B","along":"size","direction":"not rising"}""", true)]
    [InlineData("""{"arm":"A","along":"size","direction":"falling","measure":"other"}""", true)]
    [InlineData("""{"arm":"A","along":"size","direction":"not rising","by":20}""", true)]
    [InlineData("""{"arm":"A","along":"size","direction":"not rising","by":3}""", false)]
    public void Trends(string arguments, bool expected) => Assert.Equal(expected, Judge("trend", arguments).Holds);

    [Theory]
    [InlineData("""{"more":{"arm":"A","size":"4"},"less":{"arm":"A","size":"1"}}""", true)]
    [InlineData("""{"more":{"arm":"A","size":"1"},"less":{"arm":"A","size":"4"}}""", false)]
    [InlineData("""{"more":{"arm":"B","size":"4"},"less":{"arm":"B","size":"1"}}""", false)]
    [InlineData("""{"more":{"arm":"A","size":"4"},"less":{"arm":"A","size":"1"},"by":100}""", false)]
    public void Comparisons(string arguments, bool expected)
        => Assert.Equal(expected, Judge("compare", arguments).Holds);

    [Theory]
    [InlineData("""{"arm":"A","along":"size","in":["4"]}""", true)]
    [InlineData("""{"arm":"A","along":"size","in":["2"]}""", false)]
    [InlineData("""{"along":"arm","in":["A"]}""", true)]
    public void The_best(string arguments, bool expected) => Assert.Equal(expected, Judge("best", arguments).Holds);

    [Theory]
    [InlineData("short", "long", true)]
    [InlineData("long", "short", false)]
    public void Gaps(string at, string than, bool expected)
        => Assert.Equal(
            expected,
            Judge(
                "gap",
                $$"""
                {
                  "more": { "arm": "A", "size": "4" }, "less": { "arm": "A", "size": "1" },
                  "at": { "time": "{{at}}" }, "than": { "time": "{{than}}" }
                }
                """)
                .Holds);

    [Theory]
    [InlineData("falling", true)]
    [InlineData("rising", false)]
    public void Correlations(string direction, bool expected)
        => Assert.Equal(
            expected, Judge("correlation", $$"""{"x":"top1","y":"other","direction":"{{direction}}"}""").Holds);

    [Theory]
    [InlineData("""{"arm":"A","above":-10}""", true)]
    [InlineData("""{"arm":"A","above":60}""", false)]
    [InlineData("""{"arm":"A","below":120}""", true)]
    public void Levels(string arguments, bool expected) => Assert.Equal(expected, Judge("level", arguments).Holds);

    [Fact]
    public void A_difference_is_that_of_equal_seeds()
    {
        // Seeds differ by far more than sizes; each seed with itself shows the difference.
        ClaimOutcome outcome = Judge(
            "compare", """{"more":{"arm":"A","size":"2","time":"long"},"less":{"arm":"A","size":"1","time":"long"}}""");
        Assert.True(outcome.Holds);
        Assert.Equal(1, outcome.Numbers["difference"], 0.02);
        Assert.Contains("95% over 3 seeds", outcome.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_measured_is_not_judged()
    {
        ClaimOutcome outcome = Judge(
            "trend",
            """{"arm":"A","along":"size","direction":"rising"}""",
            cell => cell.Seed == 2 ? null : Known(cell));
        Assert.Null(outcome.Holds);
    }

    [Fact]
    public void One_seed_is_judged_by_the_interval_over_the_test_images()
    {
        const string Claim =
            """{"more":{"arm":"A","size":"4","time":"short"},"less":{"arm":"A","size":"1","time":"short"}}""";
        Assert.True(Judge("compare", Claim, seeds: [0], half: 5).Holds);    // 9 against sqrt(50) = 7.1
        Assert.False(Judge("compare", Claim, seeds: [0], half: 7).Holds);   // 9 against sqrt(98) = 9.9
        Assert.Contains(
            "test images of one seed", Judge("compare", Claim, seeds: [0], half: 7).Finding, StringComparison.Ordinal);
    }

    // A rises with size, three times as much when training is short; B does not depend on it.
    private static double Known(StudyCell cell)
    {
        double noise = (20 * cell.Seed) + (0.01 * ((cell.Seed * 7 + cell.Name.Length * 3) % 5));
        double size = double.Parse(cell.Points[0].Label, System.Globalization.CultureInfo.InvariantCulture);
        double slope = cell.Arm.Name == "B" ? 0 : cell.Points[1].Label == "short" ? 3 : 1;
        return 20 + (cell.Arm.Name == "A" ? 10 : 0) + (slope * size) + noise;
    }

    private static ClaimOutcome Judge(
        string kind, string arguments, Func<StudyCell, double?>? value = null, long[]? seeds = null, double half = 1)
    {
        value ??= cell => Known(cell);
        StudyPlan plan = StudyPlan.Create(StudyFile.Parse(Yaml, "known.yaml"), "smoke", seeds, []);
        var results = new StudyResults(
            plan,
            new StudyRecord("known", "smoke", plan.Seeds, [], new StudyImages("x", 1, 1, "f"), null, "0", "m"),
            new StudyDirectory("nowhere"),
            [.. plan.Cells.Select(cell => (cell, Record(cell, value(cell), half)))]);
        return new ClaimJudge(results).Judge(new StudyClaim("It is so.", kind, JsonNode.Parse(arguments)!.AsObject()));
    }

    private static CellRecord? Record(StudyCell cell, double? value, double half) => value is not { } known
        ? null
        : new CellRecord(
            "known",
            cell.Arm.Name,
            [.. cell.Points.Select(point => point.Label)],
            cell.Seed,
            "0",
            null,
            false,
            0,
            new Dictionary<string, CellMeasurement>
            {
                ["top1"] = new("evaluate knn", known, known - half, known + half, 1),
                ["other"] = new("evaluate linear", 100 - known, null, null, 1),
            });
}
