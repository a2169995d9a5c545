using System.CommandLine;
using SimClr.Cli;
using SimClr.Cli.Studies;

namespace SimClr.Tests.Cli.Studies;

public sealed class StudyCatalogTests
{
    private static readonly string[] Scales = ["smoke", "small", "medium", "paper"];

    private static readonly Command Root = CommandLine.CreateRoot();

    public static TheoryData<string> Names => [.. StudyCatalog.Names];

    [Fact]
    public void Every_figure_and_table_of_the_paper_with_results_has_one_study()
    {
        string[] items =
        [
            "figure-1", "figure-4", "figure-5", "figure-6", "figure-7", "figure-8", "figure-9", "figure-b.1",
            "figure-b.2", "figure-b.3", "figure-b.4", "figure-b.5", "figure-b.6", "figure-b.7", "figure-b.8",
            "table-1", "table-3", "table-4", "table-5", "table-6", "table-7", "table-8", "table-b.1", "table-b.2",
            "table-b.3", "table-b.4", "table-b.5",
        ];

        Assert.Equal(
            items,
            StudyCatalog.Names.SelectMany(name => StudyCatalog.ItemsOf(StudyCatalog.Load(name)))
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_scale_has_a_plan_whose_configurations_are_valid(string name)
    {
        Study study = StudyCatalog.Load(name);

        Assert.Equal(name, study.Name);
        Assert.Equal(Scales, study.Scales.Keys);
        Assert.All(Scales, scale =>
        {
            StudyPlan plan = StudyPlan.Create(study, scale, [0], []);
            Assert.NotEmpty(plan.Cells);
            Assert.Equal(plan.Runs.Count, plan.ResolveConfigurations().Count);
        });
        Assert.NotNull(study.Scales["smoke"].Data);
        Assert.True(study.Arms.All(arm => arm.Train is null) || study.Scales["smoke"].Seeds.Count == 1);
    }

    /// <summary>Cells of several seeds must not repeat one result: an interval over them would be zero.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void What_draws_labels_or_starts_from_new_weights_has_the_seed_of_the_cell(string name)
    {
        StudyPlan plan = StudyPlan.Create(StudyCatalog.Load(name), "small", [3], []);
        var commands = new StudyCommands(plan, new StudyDirectory("/study"), "sample:", "sample:test");
        string[] drawing =
        [
            .. plan.Cells.SelectMany(commands.Measure).Select(group => string.Join(' ', group.Command))
                .Where(command => command.StartsWith("evaluate finetune ", StringComparison.Ordinal)
                    || command.Contains("--from-scratch", StringComparison.Ordinal)),
        ];
        Assert.All(drawing, command => Assert.Contains("--seed 3", command, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_command_has_its_variables_and_is_one_that_the_command_line_understands(string name)
    {
        Study study = StudyCatalog.Load(name);
        HashSet<string> parsed = [];
        foreach (string scale in Scales)
        {
            StudyPlan plan = StudyPlan.Create(study, scale, [0], []);
            var commands = new StudyCommands(plan, new StudyDirectory("/study"), "sample:", "sample:test");
            foreach (StudyCell cell in plan.Cells)
            {
                if (cell.Run is { } run)
                {
                    Parse(commands.Train(run));
                }

                foreach ((string[] command, StudyMeasure[] measures) in commands.Measure(cell))
                {
                    Parse(command);
                    Assert.All(measures, measure => Assert.DoesNotContain('{', commands.Place(cell, measure)));
                    Assert.All(measures, measure => Assert.DoesNotContain('{', commands.Needs(cell, measure) ?? ""));
                }
            }
        }

        // Commands that differ only in files and values are parsed once.
        void Parse(string[] command)
        {
            string[] words = [.. command.Select(
                word => word.StartsWith("/study/", StringComparison.Ordinal) ? $"x{Path.GetExtension(word)}"
                    : word.Contains('.') && word.Contains('=') ? $"{word[..word.IndexOf('=')]}=1"
                    : word)];
            if (parsed.Add(string.Join(' ', words)))
            {
                Assert.Empty(Root.Parse(words).Errors.Select(error => $"{string.Join(' ', words)}: {error.Message}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_claim_is_decided_at_the_scale_of_the_paper_once_all_is_measured(string name)
    {
        StudyResults results = Measured(StudyCatalog.Load(name), "paper");

        Assert.All(results.Claims, claim => Assert.True(claim.Holds is not null, claim.Text));
        Assert.All(results.Claims, claim => Assert.DoesNotContain("NaN", claim.Finding));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_number_of_the_paper_belongs_to_a_point_at_its_scale(string name)
    {
        Study study = StudyCatalog.Load(name);
        StudyPlan plan = StudyPlan.Create(study, "paper", null, []);

        Assert.All(study.Paper.Values, value =>
        {
            StudyArm arm = Assert.Single(plan.Arms, arm => arm.Name == value.Path[0]);
            bool hasMeasure = study.Measures.Any(measure => measure.Name == value.Path[^1]);
            string[] labels = [.. value.Path.Skip(1).SkipLast(hasMeasure ? 1 : 0)];
            Assert.Contains(
                plan.Cells,
                cell => cell.Arm == arm
                    && labels.SequenceEqual(cell.Points.Select(point => point.Label).Take(labels.Length)));
            if (hasMeasure && arm.Measures.Count > 0)
            {
                Assert.Contains(value.Path[^1], arm.Measures);
            }
        });
    }

    // Each measure of each cell has a value of its own.
    private static StudyResults Measured(Study study, string scale)
    {
        StudyPlan plan = StudyPlan.Create(study, scale, [0], []);
        var directory = new StudyDirectory("/study");
        var commands = new StudyCommands(plan, directory, "sample:", "sample:test");
        var images = new StudyImages("sample:", 8000, 8000, "0123456789");
        var record = new StudyRecord(study.Name, scale, plan.Seeds, [], images, images, "1.0.0", "");
        return new StudyResults(
            plan,
            record,
            directory,
            [.. plan.Cells.Select((cell, index) => (cell, (CellRecord?)new CellRecord(
                study.Name,
                cell.Arm.Name,
                [.. cell.Points.Select(point => point.Label)],
                cell.Seed,
                record.Version,
                null,
                false,
                0,
                commands.MeasuresOf(cell).Index().ToDictionary(
                    measure => measure.Item.Name,
                    measure => Value(0.1 + (0.001 * index) + (0.0001 * measure.Index))))))]);
    }

    private static CellMeasurement Value(double value) => new("", value, value - 0.01, value + 0.01, 0);
}
