using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

[Collection(ComputeThreadsCollection.Name)]
public sealed class EvaluateFinetuneCommandTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_prints_one_object_with_the_settings_and_writes_the_network()
    {
        JsonObject json = Tune(
            "--rate", "0.05", "--weight-decay", "0.001", "--steps", "40", "--batch-size", "8",
            "--out", folder.PathOf("out"), "--json").Json;

        Assert.Equal(1, json["top1"]!.GetValue<double>());   // red and blue
        Assert.Equal(1, json["top5"]!.GetValue<double>());
        Assert.Equal(24, json["labels"]!.GetValue<int>());
        Assert.Equal((40, 8), (json["steps"]!.GetValue<int>(), json["batch_size"]!.GetValue<int>()));
        Assert.Equal((0.05, 0.001), (json["rate"]!.GetValue<double>(), json["weight_decay"]!.GetValue<double>()));
        Assert.Empty(json["search"]!.AsArray());
        JsonObject knn = CommandRun.Of(
            "evaluate", "knn", folder.PathOf("out"), "--train", fixture.At("train"), "--test", fixture.At("test"),
            "--k", "3", "--json").Json;
        Assert.Equal(1, knn["top1"]!.GetValue<double>());
    }

    [Fact]
    public void The_output_states_the_search()
    {
        CommandRun run = Tune("--grid", "thin", "--weight-decay", "0", "--steps", "2", "--batch-size", "8");

        Assert.Contains(
            "note: 4 networks are trained, 3 to choose rate and decay and the last on all labels", run.Error);
        Assert.DoesNotContain("--grid thin", run.Error);
        Assert.Contains("the best of 3 on 4 validation images by top-1", run.Output);
        Assert.Contains("rate 0.001", run.Output);
    }

    [Theory]
    [InlineData("", "mean-per-class", "mean_per_class")]
    [InlineData("--metric top1", "top1", "top1")]
    public void The_choice_is_by_the_measure_of_the_set_or_the_users(string more, string metric, string key)
    {
        new SmallTransferSets(folder).Write("pets");
        string pets = $"pets:{folder.PathOf("oxford-iiit-pet")}";
        JsonObject json = CommandRun.Of([
            "evaluate", "finetune", fixture.At("run"), "--train", pets, "--test", $"{pets}:test", "--threads", "1",
            "--grid", "thin", "--steps", "1",
            "--json", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Json;
        Assert.Equal(metric, json["metric"]!.GetValue<string>());
        Assert.All(
            json["search"]!.AsArray(),
            tried => Assert.Equal(["rate", "weight_decay", key], tried!.AsObject().Select(pair => pair.Key)));
    }

    [Fact]
    public void From_scratch_the_grid_is_that_of_random_initialization()
    {
        JsonObject json = Tune("--from-scratch", "--grid", "thin", "--steps", "1", "--batch-size", "8", "--json").Json;
        Assert.Equal(
            [0.01, 0.01, 0.1, 0.1, 1, 1],
            json["search"]!.AsArray().Select(tried => tried!["rate"]!.GetValue<double>()));
    }

    [Theory]
    [InlineData("--label-fraction 0.5", 12, 6, 6)]
    [InlineData("--label-fraction 0.01", 2, 1, 1)]
    [InlineData("--labels-per-class 2", 4, 2, 2)]
    [InlineData("--label-list LIST", 3, 1, 2)]
    public void Few_labels_use_their_recipe(string options, int labels, int least, int most)
    {
        string list = folder.Write("list.txt", "0.png\nred/2.png\n1.png\n");
        JsonObject json = Tune(
            [.. options.Replace("LIST", list, StringComparison.Ordinal).Split(' '), "--epochs", "2", "--json"]).Json;

        Assert.Equal(labels, json["labels"]!.GetValue<int>());
        Assert.True(json["few_labels"]!.GetValue<bool>());
        Assert.Equal([least, most], json["labels_per_class"]!.AsArray().Select(number => number!.GetValue<int>()));
        Assert.Equal(0.05 * 16 / 256, json["rate"]!.GetValue<double>(), 1e-12);
        Assert.Equal((2, 2), (json["steps"]!.GetValue<int>(), json["epochs"]!.GetValue<int>()));
        Assert.Equal(0.9, json["batch_norm_decay"]!.GetValue<double>());
    }

    [Fact]
    public void The_head_may_keep_its_first_layer_and_the_network_may_start_from_scratch()
    {
        JsonObject json = Tune(
            "--rate", "0.01", "--steps", "2", "--from-projection-layer", "1", "--from-scratch", "--json").Json;
        Assert.Equal(1, json["projection_layers"]!.GetValue<int>());
        Assert.True(json["from_scratch"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("--label-fraction 0", 2, "got '0', expected a number above 0")]
    [InlineData("--label-fraction 1.5", 2, "expected a number above 0 and at most 1")]
    [InlineData("--labels-per-class 0", 2, "got '0', expected an integer of 1 or more")]
    [InlineData("--labels-per-class 13", 3, "class 'blue' has 12 labeled images, expected at least 13")]
    [InlineData("--labels-per-class 1 --grid thin", 3, "class 'blue' has one labeled image")]
    [InlineData(
        "--labels-per-class 2 --label-fraction 0.1", 2, "--label-fraction and --labels-per-class cannot be combined")]
    [InlineData("--label-list nowhere.txt", 2, "nowhere.txt: the list of labeled images cannot be read")]
    [InlineData("--steps 3 --epochs 3", 2, "--epochs and --steps cannot be combined")]
    [InlineData("--rate 0.1 --grid thin", 2, "--rate and --grid thin cannot be combined")]
    [InlineData("--rate 0.1 --validation test", 2, "no effect without a search")]
    [InlineData("--rate 0.1 --metric top1", 2, "--metric has no effect without a search")]
    [InlineData("--rate -1", 2, "expected a number of 0 or more")]
    [InlineData("--grid small", 2, "expected one of full, thin, none")]
    [InlineData("--rate 0.1 --out train", 2, "not a new or empty directory")]
    [InlineData("--rate 0.1 --from-projection-layer 2", 2, "has 2 layers, the last of which is the projection")]
    public void Wrong_usage_states_the_expectation(string options, int code, string message)
        => Assert.Contains(message, Tune(
            [.. options.Split(' ').Select(word => word is "test" or "train" ? fixture.At(word) : word)]).Refused(code));

    [Fact]
    public void A_directory_in_which_another_process_works_is_refused()
    {
        using (RunLock.Acquire(folder.PathOf("out")))
        {
            Assert.Contains(
                "another process is using this directory",
                Tune("--rate", "0.1", "--out", folder.PathOf("out")).Refused(2));
        }
    }

    [Fact]
    public void One_class_only_and_other_classes_are_refused()
    {
        string list = folder.Write("list.txt", "0.png\n2.png\n");
        Assert.Contains("of one class ('red')", Tune("--label-list", list).Refused(3));
        Assert.Contains("different classes", CommandRun.Of(
            "evaluate", "finetune", fixture.At("run"), "--train", fixture.At("train"),
            "--test", "sample:test").Refused(3));
    }

    private CommandRun Tune(params string[] more) => CommandRun.Of(
        [
            "evaluate", "finetune", fixture.At("run"), "--train", fixture.At("train"), "--test", fixture.At("test"),
            "--threads", "1", .. more,
        ]);
}
