using System.Text.Json.Nodes;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class SupervisedCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public void A_run_is_tested_at_its_end_and_works_with_every_evaluation()
    {
        JsonObject json = Train(
            "supervised", "--test", fixture.At("test"), "--epochs", "20", "--set", "optimizer.name=sgd",
            "--set", "optimizer.peak_rate=0.05", "--json").Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());   // red and blue
        Assert.Equal(60, json["steps"]!.GetValue<int>());
        Assert.InRange(json["final_loss"]!.GetValue<double>(), 0, Math.Log(2));
        Assert.True(File.Exists(json["classifier"]!.GetValue<string>()));
        Assert.True(File.Exists(json["encoder"]!.GetValue<string>()));
        JsonObject knn = CommandRun.Of(
            "evaluate", "knn", fixture.At("supervised"), "--train", fixture.At("train"), "--test", fixture.At("test"),
            "--k", "3", "--json").Json;
        Assert.Equal(1, knn["top1"]!.GetValue<double>());

        CommandRun again = CommandRun.Of(
            "supervised", "--out", fixture.At("supervised"), "--resume", "--test", fixture.At("test"));
        Assert.Contains("no steps were left", again.Output);
        Assert.Contains("test images: top-1 100.0%", again.Output);
        Assert.Contains(
            "'simclr supervised'", CommandRun.Of("pretrain", "--out", fixture.At("supervised"), "--resume").Refused(5));
    }

    [Fact]
    public void The_output_speaks_of_classes()
    {
        string words = Train("words").Output;
        Assert.Contains("classified correctly (chance 50.0%)", words);
        Assert.Contains("next: simclr evaluate linear", words);
    }

    [Theory]
    [InlineData("flat", "test", "has no labels")]
    [InlineData("train", "flat", "has no labels")]
    [InlineData("train", "nowhere", "no such folder")]
    public void Data_that_cannot_be_used_is_refused_before_the_run_begins(string train, string test, string message)
    {
        Assert.Contains(message, CommandRun.Of(
            "supervised", fixture.At(train), "--out", fixture.At("refused"), "--config", fixture.At("tiny.yaml"),
            "--test", fixture.At(test)).Refused(3));
        Assert.False(Directory.Exists(fixture.At("refused")));
    }

    [Fact]
    public void Other_classes_are_refused_before_the_run_begins()
        => Assert.Contains("different classes", CommandRun.Of(
            "supervised", fixture.At("train"), "--out", fixture.At("refused"), "--config", fixture.At("tiny.yaml"),
            "--test", "sample:test").Refused(3));

    [Fact]
    public void The_online_linear_layer_is_shown_if_pretraining_requests_it()
    {
        CommandRun run = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", fixture.At("online"), "--config", fixture.At("tiny.yaml"),
            "--online-linear", "--json");

        Assert.InRange(run.Json["online_top1"]!.GetValue<double>(), 0, 1);
        Assert.Contains(", linear ", run.Error);
        Assert.Contains(
            "'simclr pretrain'", CommandRun.Of("supervised", "--out", fixture.At("online"), "--resume").Refused(5));
        Assert.Contains("needs them", CommandRun.Of(
            "pretrain", fixture.At("flat"), "--out", fixture.At("refused"), "--config", fixture.At("tiny.yaml"),
            "--set", "online_linear=true").Refused(3));
    }

    private CommandRun Train(string run, params string[] more)
        => CommandRun.Of([
            "supervised", fixture.At("train"), "--out", fixture.At(run), "--config", fixture.At("tiny.yaml"), .. more]);
}
