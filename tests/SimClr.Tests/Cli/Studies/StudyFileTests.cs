using SimClr.Cli.Studies;

namespace SimClr.Tests.Cli.Studies;

public sealed class StudyFileTests
{
    private static string Text
        => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cli", "Studies", "tiny.yaml"));

    [Fact]
    public void A_study_is_read_whole()
    {
        Study study = StudyFile.Parse(Text, "tiny.yaml");

        Assert.Equal(("tiny", "Table 0, Figure 0"), (study.Name, study.Paper.Item));
        Assert.Equal(["SimCLR", "supervised"], study.Arms.Select(arm => arm.Name));
        Assert.Equal(["1/8", "1 + blur"], study.Axes.Single().Points.Select(point => point.Label));
        Assert.Equal(
            [("SimCLR", "1/8", 59.6), ("SimCLR", "1 + blur", 64.5)],
            study.Paper.Values.Select(value => (value.Path[0], value.Path[1], value.Value)));
        Assert.Equal(
            [new("views.strength", "1"), new("views.blur", "true")], study.Axes[0].Points[1].Settings.Configuration);
        Assert.Equal("fast", study.Scales["smoke"].Settings.Variables["pace"]);
        Assert.Equal([7, 9], study.Scales["smoke"].Seeds);
    }

    [Theory]
    [InlineData("study: tiny", "stady: tiny", "unknown key 'stady' (did you mean 'study'?)")]
    [InlineData("title: A tiny study", "", "'title' is missing")]
    [InlineData("train: pretrain", "train: pretend", "'arms.SimCLR' in tiny.yaml: train is 'pretend'")]
    [InlineData(
        "images: 32", "images: -3", "'scales.smoke.images' in tiny.yaml: got -3, expected a number of 1 or more")]
    [InlineData("along: strength", "along: strenth", "unknown name 'strenth', expected one of strength")]
    [InlineData("direction: rising", "direction: up", "unknown name 'up', expected one of rising")]
    [InlineData("x: strength", "x: nothing", "'plot.x' in tiny.yaml: unknown name 'nothing'")]
    [InlineData(
        "\"1/8\": 59.6", "\"1/8\": much", "'paper.values.SimCLR.1/8' in tiny.yaml: got \"much\", expected a number")]
    [InlineData("measures: [knn]", "measures: [nothing]", "unknown name 'nothing', expected one of knn, top1")]
    [InlineData("    trend:", "    tred:", "unknown name 'tred', expected one of trend")]
    [InlineData(
        "arm: SimCLR, along", "arm: SimCLM, along", "unknown name 'SimCLM', expected one of SimCLR, supervised")]
    [InlineData(
        "along: strength", "along: strength, by: abc", "'claims.1.by' in tiny.yaml: got \"abc\", expected a number")]
    [InlineData(
        "arm: SimCLR, along", "strength: '1/9', along", "unknown name '1/9', expected one of 1/8, 1 + blur, first")]
    public void Mistakes_are_named_with_their_place(string right, string wrong, string message)
    {
        Assert.Contains(right, Text, StringComparison.Ordinal);
        string text = Text.Replace(right, wrong, StringComparison.Ordinal);
        Assert.Contains(
            message,
            Assert.Throws<ConfigurationException>(() => StudyFile.Parse(text, "tiny.yaml")).Message,
            StringComparison.Ordinal);
    }
}
