using System.Text.Json.Nodes;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class ProbeCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Theory]
    [InlineData("h", "flat")]
    [InlineData("z", "train")]
    public void Transformations_need_no_labels_and_print_one_object(string layer, string data)
    {
        JsonObject json = Transformations(data, "--layer", layer, "--views", "2", "--json").Json;
        Assert.Equal(layer, json["layer"]!.GetValue<string>());
        Assert.Equal(8, json["test_images"]!.GetValue<int>());
        JsonObject rows = json["transformations"]!.AsObject();
        Assert.Equal(
            ["color_or_gray", "rotation", "original_or_corrupted", "original_or_sobel"], rows.Select(row => row.Key));
        Assert.All(rows, row => Assert.InRange(
            row.Value!["accuracy"]!.GetValue<double>(),
            row.Value["interval"]![0]!.GetValue<double>(),
            row.Value["interval"]![1]!.GetValue<double>()));
        Assert.Equal(0.25, rows["rotation"]!["chance"]!.GetValue<double>());
    }

    [Fact]
    public void Transformations_sample_large_sets_and_warn_of_images_in_both()
    {
        CommandRun run = CommandRun.Of(
            "evaluate", "transformations", fixture.At("run"), "--train", fixture.At("train"), "--test",
            fixture.At("train"), "--limit", "6");
        Assert.Equal(0, run.Code);
        Assert.Contains("6 training images, 6 test images", run.Output);
        Assert.Contains("warning: 6 test images are training images too", run.Output);
        Assert.Contains("rotation", run.Output);
    }

    [Fact]
    public void Contrastive_prints_the_promised_keys()
    {
        JsonObject json = Contrastive("run", "flat", "--json").Json;
        Assert.InRange(json["contrastive_accuracy"]!.GetValue<double>(), 0, 1);
        Assert.InRange(json["entropy"]!.GetValue<double>(), 0, Math.Log(3) + 1e-9);
        Assert.Equal(3, json["candidates"]!.GetValue<int>());
        Assert.Equal(0.1, json["temperature"]!.GetValue<double>());
        Assert.Equal("z", json["layer"]!.GetValue<string>());
        Assert.Contains("among 4 candidates, chance 25%", Contrastive("run", "train", "--candidates", "4").Output);
    }

    [Theory]
    [InlineData("run", "flat", "5", 3, "got 3 images, expected at least 5")]
    [InlineData("run/encoder.safetensors", "flat", "2", 2, "expected a directory with run.json")]
    [InlineData("run", "flat", "1", 2, "--candidates: got '1'")]
    public void Contrastive_refuses_what_it_cannot_measure(
        string run, string data, string candidates, int code, string expected)
        => Assert.Contains(expected, Contrastive(run, data, "--candidates", candidates).Refused(code));

    [Fact]
    public void Spectrum_is_that_of_a_linear_head()
    {
        string run = fixture.At("linear");
        Assert.Equal(0, CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", run, "--config", fixture.At("tiny.yaml"), "--set",
            "head.kind=linear", "--set", "head.output=32", "--json").Code);
        JsonObject json = CommandRun.Of("evaluate", "spectrum", run, "--json").Json;
        double[] values = [.. json["values"]!.AsArray().Select(value => value!.GetValue<double>())];
        Assert.Equal((32, 32, 32), (json["rows"]!.GetValue<int>(), json["columns"]!.GetValue<int>(), values.Length));
        Assert.Equal(values.OrderDescending(), values);
        Assert.Equal(values[0], json["largest"]!.GetValue<double>());
        Assert.Equal("squared real parts of eigenvalues", json["values_of"]!.GetValue<string>());
        Assert.Contains("effective rank", CommandRun.Of("evaluate", "spectrum", run).Output);

        Assert.Contains(
            "of kind 'mlp' and has no single matrix",
            CommandRun.Of("evaluate", "spectrum", fixture.At("run")).Refused(2));
    }

    private CommandRun Transformations(string data, params string[] more) => CommandRun.Of(
    [
        "evaluate", "transformations", fixture.At("run"), "--train", fixture.At(data), "--test", fixture.At("test"),
        .. more,
    ]);

    private CommandRun Contrastive(string run, string data, params string[] more)
        => CommandRun.Of(["evaluate", "contrastive", fixture.At(run), "--data", fixture.At(data), .. more]);
}
