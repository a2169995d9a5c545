using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

public sealed class ValidateCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_valid_file_is_printed_whole_over_its_preset()
    {
        string file = folder.Write("my.yaml", "preset: photos\nloss: {temperature: 0.2}\n");

        var json = CommandRun.Of("validate", file, "--json").Json;

        Assert.True(json["valid"]!.GetValue<bool>());
        Assert.Equal("photos", json["preset"]!.GetValue<string>());
        Assert.Equal(0.2, json["configuration"]!["loss"]!["temperature"]!.GetValue<double>());
        Assert.Equal(64, json["configuration"]!["batch"]!["size"]!.GetValue<int>());
    }

    [Fact]
    public void The_configuration_of_a_run_is_read_from_its_record()
    {
        string file = folder.Write(
            "run.json",
            """
            {"configuration": {"loss": {"temperature": 0.2}}, "seed": 1,
             "versions": {"simclr": "1.0.0"}, "data": {"name": "x"}}
            """);
        Assert.Equal(0.2, CommandRun.Of("validate", file, "--json").Json["configuration"]!["loss"]!["temperature"]!
            .GetValue<double>());
        Assert.Contains(
            "unknown key",
            CommandRun.Of("validate", folder.Write("my.json", """{"configuration": {"loss": {}}}""")).Refused(2));
    }

    [Theory]
    [InlineData("loss: {temprature: 0.2}", "did you mean 'loss.temperature'?")]
    [InlineData("temperature: 0.2", "did you mean 'loss.temperature'?")]
    [InlineData("loss: {temperature: warm}", "'loss.temperature'")]
    [InlineData("batch: {size: 2.5}", "expected an integer")]
    [InlineData("loss: {temperature: -1}", "expected a finite number above 0")]
    [InlineData("encoder: {name: resnet17}", "expected one of resnet18")]
    [InlineData("schedule: {epochs: 5, warmup_epochs: 5}", "warm-up must end before training does")]
    [InlineData("loss: 0.2", "expected a section")]
    public void Every_mistake_is_named_with_the_expectation(string text, string expected)
    {
        string message = CommandRun.Of("validate", folder.Write("my.yaml", text)).Refused(2);

        Assert.Contains(expected, message);
        Assert.Contains("my.yaml", message);
    }
}
