using SimClr.Cli;
using SimClr.Cli.Progress;
using SimClr.Cli.Verbs;
using SimClr.Evaluation;
using SimClr.Tests.Evaluation;

namespace SimClr.Tests.Cli;

public sealed class TextTests
{
    [Theory]
    [InlineData(0.4, "0 s")]
    [InlineData(99, "99 s")]
    [InlineData(150, "2.5 min")]
    [InlineData(2700, "45 min")]
    [InlineData(9000, "2.5 hours")]
    [InlineData(5 * 86400, "5.0 days")]
    [InlineData(400 * 86400.0, "400 days")]
    [InlineData(4 * 365.25 * 86400, "4 years")]
    public void Times_are_shown_in_a_suitable_unit(double seconds, string words)
        => Assert.Equal(words, ProgressText.Span(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Names_of_classes_in_a_table_neither_control_the_terminal_nor_begin_a_line()
    {
        const string Hostile = "\u001b[2J\nerror: x";
        EvaluationOutcome outcome = KnnClassifier.Evaluate(
            Tables.Create([[1, 0], [0, 1]], [0, 1], [Hostile, "b"]),
            Tables.Create([[0, 1], [1, 0]], [0, 1], [Hostile, "b"]),
            1).Outcome;

        string[] lines = [.. OutcomeText.PerClass(outcome)];

        Assert.StartsWith("\\u001b[2J\\u000aerror: x ", lines[1], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.DoesNotContain(line, TerminalText.IsControl));
        Assert.Contains(lines, line => line.Contains("\\u000aerror: x predicted as b (1)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("runs/a-1", "runs/a-1")]
    [InlineData("my photos", "'my photos'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("", "''")]
    public void Arguments_can_be_typed_again(string argument, string typed)
        => Assert.Equal(typed, ShellText.Quote(argument));
}
