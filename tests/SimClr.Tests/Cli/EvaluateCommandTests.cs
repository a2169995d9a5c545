using System.Text.Json.Nodes;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EvaluateCommandTests(SmallWorld world) : IClassFixture<SmallWorld>
{
    [Theory]
    [InlineData("run")]
    [InlineData("run/encoder.safetensors")]
    public void Knn_prints_one_object_with_the_promised_keys(string encoder)
    {
        CommandRun result = Evaluate("knn", encoder, "--k", "5", "--json");
        JsonObject json = result.Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());   // red and blue
        Assert.Equal(1, json["top5"]!.GetValue<double>());
        Assert.Equal(5, json["k"]!.GetValue<int>());
        Assert.Equal(24, json["train_images"]!.GetValue<int>());
        Assert.Equal(8, json["test_images"]!.GetValue<int>());
        Assert.Equal(2, json["classes"]!.GetValue<int>());
        Assert.Equal(0, json["skipped_images"]!.GetValue<int>());
        Assert.Contains("embedding", result.Error);
    }

    [Fact]
    public void Knn_says_the_accuracy_in_percent_beside_chance()
    {
        CommandRun result = Evaluate("knn", "run", "--k", "4", "--temperature", "0.2");

        Assert.Equal(0, result.Code);
        Assert.Contains("k 4, temperature 0.2", result.Output);
        Assert.Contains("top-1 100.0 %", result.Output);
        Assert.Contains("guessing gets 50.0 % top-1", result.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Linear_prints_one_object_with_the_promised_keys(bool fixedFeatures)
    {
        JsonObject json = Evaluate(
            "linear", "run", ["--epochs", "3", "--json", .. fixedFeatures ? new[] { "--fixed-features" } : []]).Json;

        Assert.InRange(json["top1"]!.GetValue<double>(), fixedFeatures ? 1 : 0, 1);
        Assert.Equal(1, json["top5"]!.GetValue<double>());
        Assert.Equal(3, json["epochs"]!.GetValue<int>());
        Assert.Equal(24, json["train_images"]!.GetValue<int>());
        Assert.Equal(8, json["test_images"]!.GetValue<int>());
        Assert.Equal(2, json["classes"]!.GetValue<int>());
    }

    [Fact]
    public void More_neighbors_than_images_are_refused_before_anything_is_computed()
    {
        CommandRun result = Evaluate("knn", "run", "--k", "25");

        Assert.Contains("only 24 training images", result.Refused(3));
        Assert.DoesNotContain("embedding", result.Error);
    }

    [Theory]
    [InlineData("knn")]
    [InlineData("linear")]
    public void Images_without_labels_are_refused(string measure)
        => Assert.Contains("has no labels", CommandRun.Of(
            "evaluate", measure, world.At("run"), "--train", world.At("train"), "--test", world.At("flat"), "--json").Refused(3));

    [Fact]
    public void Other_classes_are_refused()
        => Assert.Contains("different classes", CommandRun.Of(
            "evaluate", "knn", world.At("run"), "--train", world.At("train"), "--test", "sample:test").Refused(3));

    [Theory]
    [InlineData("nowhere", "found neither")]
    [InlineData("train", "found neither")]
    [InlineData("tiny.yaml", "not a safetensors file")]
    public void What_is_not_a_run_is_refused(string run, string message)
        => Assert.Contains(message, Evaluate("knn", run).Refused(3));

    [Fact]
    public void Unreadable_images_are_counted_up_to_the_share_that_set_allows()
    {
        string[] line = ["evaluate", "knn", world.At("run"), "--train", world.At("train"), "--test", world.At("flawed")];

        Assert.Contains("--set data.max_skipped=", CommandRun.Of(line).Refused(3));
        JsonObject json = CommandRun.Of([.. line, "--set", "data.max_skipped=0.5", "--json"]).Json;

        Assert.Equal(1, json["skipped_images"]!.GetValue<int>());
        Assert.Equal(4, json["test_images"]!.GetValue<int>());
    }

    [Fact]
    public void What_the_encoder_was_trained_with_cannot_be_set()
        => Assert.Contains("expected a key of the section data", Evaluate("knn", "run", "--set", "views.size=8").Refused(2));

    private CommandRun Evaluate(string measure, string run, params string[] more) => CommandRun.Of(
        ["evaluate", measure, world.At(run), "--train", world.At("train"), "--test", world.At("test"), "--threads", "1", .. more]);
}
