using System.Text.Json.Nodes;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class SupervisedCommandTests(SmallWorld world) : IClassFixture<SmallWorld>
{
    [Fact]
    public void A_run_is_tested_at_its_end_and_serves_every_measure()
    {
        JsonObject json = Train(
            "supervised", "--test", world.At("test"), "--epochs", "20", "--set", "optimizer.name=sgd", "--set", "optimizer.peak_rate=0.05", "--json").Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());   // red and blue
        Assert.Equal(60, json["steps"]!.GetValue<int>());
        Assert.InRange(json["final_loss"]!.GetValue<double>(), 0, Math.Log(2));
        Assert.True(File.Exists(json["classifier"]!.GetValue<string>()));
        Assert.True(File.Exists(json["encoder"]!.GetValue<string>()));
        JsonObject knn = CommandRun.Of(
            "evaluate", "knn", world.At("supervised"), "--train", world.At("train"), "--test", world.At("test"), "--k", "3", "--json").Json;
        Assert.Equal(1, knn["top1"]!.GetValue<double>());

        CommandRun again = CommandRun.Of("supervised", "--out", world.At("supervised"), "--resume", "--test", world.At("test"));
        Assert.Contains("no steps were left", again.Output);
        Assert.Contains("test images: top-1 100.0%", again.Output);
        Assert.Contains("'simclr supervised'", CommandRun.Of("pretrain", "--out", world.At("supervised"), "--resume").Refused(5));
    }

    [Fact]
    public void The_words_are_those_of_classes()
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
            "supervised", world.At(train), "--out", world.At("refused"), "--config", world.At("tiny.yaml"), "--test", world.At(test)).Refused(3));
        Assert.False(Directory.Exists(world.At("refused")));
    }

    [Fact]
    public void Other_classes_are_refused_before_the_run_begins()
        => Assert.Contains("different classes", CommandRun.Of(
            "supervised", world.At("train"), "--out", world.At("refused"), "--config", world.At("tiny.yaml"), "--test", "sample:test").Refused(3));

    [Fact]
    public void A_linear_layer_along_the_way_is_shown_where_pretraining_is_asked_for_it()
    {
        CommandRun run = CommandRun.Of(
            "pretrain", world.At("train"), "--out", world.At("online"), "--config", world.At("tiny.yaml"), "--online-linear", "--json");

        Assert.InRange(run.Json["online_top1"]!.GetValue<double>(), 0, 1);
        Assert.Contains(", linear ", run.Error);
        Assert.Contains("'simclr pretrain'", CommandRun.Of("supervised", "--out", world.At("online"), "--resume").Refused(5));
        Assert.Contains("needs them", CommandRun.Of(
            "pretrain", world.At("flat"), "--out", world.At("refused"), "--config", world.At("tiny.yaml"), "--set", "online_linear=true").Refused(3));
    }

    private CommandRun Train(string run, params string[] more)
        => CommandRun.Of(["supervised", world.At("train"), "--out", world.At(run), "--config", world.At("tiny.yaml"), .. more]);
}
