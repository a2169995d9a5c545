using SimClr.Cli.Studies;

namespace SimClr.Tests.Cli.Studies;

/// <summary>Grids of two axes whose variables build one configuration key, and claims on them.</summary>
public sealed class StudyGridTests
{
    private const string Pairs = """
        study: pairs
        title: Pairs
        paper: { item: Figure 5, section: "3.1", setting: none, measure: none }
        settings: { tune: "" }
        arms:
          SimCLR: { train: pretrain, views.second: "[{first}, {second}]" }
        axes:
          first:
            title: first
            points: { Crop: { first: crop }, Color: { first: "color, gray" }, Blur: { first: blur } }
          second:
            title: second
            points: { Crop: { second: crop }, Color: { second: "color, gray" }, Blur: { second: blur } }
        measures:
          linear:
            title: top-1
            command: evaluate linear {run} --train {train} --test {test} {tune}
            value: sets.{first}.value
            needs: "{sets}"
        scales:
          smoke: { about: none, preset: demo, views.blur: true, sets: sets }
        plot: { kind: heatmap, x: second, series: first }
        claims:
          - says: Two are better than one.
            compare: { more: { diagonal: false }, less: { diagonal: true } }
          - says: Crop and color are best.
            best: { along: [first, second], in: ["Crop + Color", "Color + Crop"] }
          - says: The first row rises.
            trend: { first: first, along: second, second: [Crop, Color], direction: rising }
          - says: The last corner is above the first.
            compare: { more: { first: last, second: last }, less: { first: first, second: first } }
        """;

    [Fact]
    public void A_pair_of_points_is_a_list_and_the_diagonal_has_each_operation_once()
    {
        StudyPlan plan = Plan();

        Assert.Equal(
            [
                "[crop]", "[crop, color, gray]", "[crop, blur]",
                "[color, gray, crop]", "[color, gray]", "[color, gray, blur]",
                "[blur, crop]", "[blur, color, gray]", "[blur]",
            ],
            plan.ResolveConfigurations().Values.Select(
                options => $"[{string.Join(", ", options.Views.Second!).ToLowerInvariant()}]"));
    }

    [Fact]
    public void Points_whose_variables_are_in_the_configuration_have_runs_of_their_own()
    {
        Assert.Equal(9, Plan().Runs.Count);
        Assert.Single(Plan(study => study.Replace("\"[{first}, {second}]\"", "[crop]")).Runs);
    }

    [Fact]
    public void Arms_that_train_alike_share_runs_unless_a_scale_tunes_one()
    {
        string[] Runs(string scale) =>
        [
            .. Plan(text => text
                .Replace(
                    "axes:\n",
                    "  again: { train: pretrain, views.second: \"[{first}, {second}]\", tune: --twice }\n"
                        + "  supervised: { train: supervised }\naxes:\n",
                    StringComparison.Ordinal)
                .Replace("preset: demo,", $"preset: demo, {scale}", StringComparison.Ordinal)).Cells
                .DistinctBy(cell => cell.Arm.Name).Select(cell => cell.Run!.Name),
        ];

        Assert.Equal(["simclr-crop-crop-s0", "simclr-crop-crop-s0", "supervised-crop-crop-s0"], Runs(""));
        Assert.Equal(
            ["simclr-crop-crop-s0", "again-crop-crop-s0", "supervised-crop-crop-s0"],
            Runs("arms: { SimCLR: {}, again: { optimizer.peak_rate: 1 }, supervised: {} },"));
    }

    [Fact]
    public void The_value_of_a_variable_may_have_variables()
    {
        StudyPlan plan = Plan(text => text.Replace(
            "settings: { tune: \"\" }", "settings: { tune: \"--seed {seed} --steps {steps}\", steps: 9 }"));
        var commands = new StudyCommands(plan, new StudyDirectory("/study"), "a", "b");
        Assert.Equal(["--seed", "0", "--steps", "9"], commands.Measure(plan.Cells[0])[0].Command[^4..]);
    }

    [Fact]
    public void Places_and_folders_have_variables_and_a_user_may_set_one()
    {
        StudyPlan plan = Plan(text => text, "sets=/my sets", "tune=--epochs 3", "loss.temperature=0.2");
        var commands = new StudyCommands(plan, new StudyDirectory("/study"), "a", "b");
        StudyCell cell = plan.Cells[0];
        StudyMeasure measure = plan.Study.Measures[0];

        Assert.Equal("sets.crop.value", commands.Place(cell, measure));
        Assert.Equal("/my sets", commands.Needs(cell, measure));
        Assert.Equal(["--epochs", "3"], commands.Measure(cell)[0].Command[^2..]);
        Assert.All(plan.Runs, run => Assert.Contains("loss.temperature=0.2", run.Assignments));
        Assert.Contains(
            "no variable 'seats'",
            Assert.Throws<ConfigurationException>(() => Plan(text => text, "seats=/my")).Message);
    }

    [Fact]
    public void Claims_compare_the_diagonal_and_find_the_best_cell_of_the_grid()
    {
        // Rows crop, color, blur; the best cells are crop with color, in either order.
        double[] values = [0.30, 0.56, 0.35, 0.55, 0.18, 0.16, 0.34, 0.17, 0.03];
        IReadOnlyList<ClaimOutcome> claims = Claims(values);

        Assert.Equal([true, true, true, false], claims.Select(claim => claim.Holds));
        Assert.Equal(35.5 - 17, claims[0].Numbers["difference"], 6);
        Assert.Equal((56, 35), (claims[1].Numbers["best"], claims[1].Numbers["rival"]));
        Assert.Contains(
            "Crop + Color, 56.0; best of 7 others: Crop + Blur, 35.0", claims[1].Finding, StringComparison.Ordinal);
        Assert.Equal(26, claims[2].Numbers["difference"], 6);
        Assert.Equal(-27, claims[3].Numbers["difference"], 6);
        Assert.StartsWith("Blur, Blur: 3.0; Crop, Crop: 30.0", claims[3].Finding, StringComparison.Ordinal);
    }

    private static StudyPlan Plan() => Plan(text => text);

    private static StudyPlan Plan(Func<string, string> edit, params string[] overrides)
        => StudyPlan.Create(StudyFile.Parse(edit(Pairs), "test"), "smoke", null, overrides);

    // Three seeds that differ by a thousandth.
    private static IReadOnlyList<ClaimOutcome> Claims(double[] values)
    {
        var plan = StudyPlan.Create(StudyFile.Parse(Pairs, "test"), "smoke", [0, 1, 2, 3, 4], []);
        var images = new StudyImages("a", 1, 1, "0123456789");
        return new StudyResults(
            plan,
            new StudyRecord("pairs", "smoke", plan.Seeds, [], images, images, "1.0.0", ""),
            new StudyDirectory("/study"),
            [.. plan.Cells.Index().Select(cell => (cell.Item, (CellRecord?)new CellRecord(
                "pairs",
                "SimCLR",
                [.. cell.Item.Points.Select(point => point.Label)],
                cell.Item.Seed,
                "1.0.0",
                null,
                false,
                0,
                new Dictionary<string, CellMeasurement>
                {
                    ["linear"] = new("", values[cell.Index / 5] + (0.001 * (cell.Item.Seed - 2)), null, null, 0),
                })))]).Claims;
    }
}
