using System.Text.Json.Nodes;
using SimClr.Data;
using SimClr.Tests.Data;
using SimClr.Tests.Training;

namespace SimClr.Tests.Cli;

public sealed class DataCommandTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public void Pack_writes_a_file_that_pretrain_and_evaluate_accept_and_that_trains_the_same_weights()
    {
        string pack = fixture.At("train.pack");
        JsonObject json = CommandRun.Of("data", "pack", fixture.At("train"), "--out", pack, "--json").Json;
        Assert.Equal(pack, json["file"]!.GetValue<string>());
        Assert.Equal(24, json["images"]!.GetValue<int>());
        Assert.Equal(0, json["skipped_images"]!.GetValue<int>());
        Assert.Equal(2, json["classes"]!.GetValue<int>());
        Assert.Null(json["size"]);
        Assert.Equal(new FileInfo(pack).Length, json["bytes"]!.GetValue<long>());

        JsonObject run = CommandRun.Of(
            "pretrain", pack, "--out", fixture.At("packed-run"), "--config", fixture.At("tiny.yaml"), "--json").Json;
        Assert.Equal(0, run["skipped_images"]!.GetValue<int>());
        Assert.Equal(TinyRun.Checkpoint(fixture.At("run")), TinyRun.Checkpoint(fixture.At("packed-run")));
        Assert.Equal(24, CommandRun.Of(
            "evaluate", "knn", fixture.At("run"), "--train", pack, "--test", pack, "--k", "3",
            "--json").Json["test_images"]!.GetValue<int>());
    }

    [Fact]
    public void Size_reduces_the_short_side()
    {
        string pack = fixture.At("reduced.pack");
        JsonObject json = CommandRun.Of(
            "data", "pack", fixture.At("large"), "--out", pack, "--size", "20", "--json").Json;
        Assert.Equal(20, json["size"]!.GetValue<int>());
        using ImageDataSet packed = DataSets.Open(pack);
        Assert.Equal((20, 20), (packed.Read(2).Width, packed.Read(2).Height));
    }

    [Fact]
    public void Unreadable_images_are_counted_and_listed_and_too_many_are_refused()
    {
        string pack = fixture.At("flawed.pack");
        string error = CommandRun.Of("data", "pack", fixture.At("flawed"), "--out", pack).Refused(3);
        Assert.Contains("1 of 5 images (20%) could not be read", error);
        Assert.False(File.Exists(pack));

        CommandRun run = CommandRun.Of(
            "data", "pack", fixture.At("flawed"), "--out", pack, "--set", "data.max_skipped=0.2", "--json");
        Assert.Equal(1, run.Json["skipped_images"]!.GetValue<int>());
        Assert.Equal(4, run.Json["images"]!.GetValue<int>());
        Assert.Contains("broken.png", File.ReadAllText($"{pack}.skipped.jsonl"));
        Assert.Contains("5 of 5 images", run.Error);
    }

    [Fact]
    public void A_damaged_file_is_refused_where_data_is_expected()
    {
        string pack = fixture.At("cut.pack");
        CommandRun.Of("data", "pack", fixture.At("flat"), "--out", pack);
        byte[] whole = File.ReadAllBytes(pack);
        File.WriteAllBytes(pack, whole[..^1]);
        string error = CommandRun.Of("pretrain", pack, "--out", fixture.At("never")).Refused(3);
        Assert.Contains($"got {whole.Length - 1} bytes, expected {whole.Length}", error);
    }

    [Theory]
    [InlineData("--out", "photos.png", "expected a file that ends in .pack")]
    [InlineData("--set", "views.size=8", "expected a key of the section data")]
    [InlineData("--set", "data.workers=-1", "workers")]
    [InlineData("--size", "0", "expected an integer of 1 or more")]
    public void Wrong_usage_is_refused(string option, string value, string reason)
    {
        string[] file = option == "--out" ? [] : ["--out", fixture.At("x.pack")];
        Assert.Contains(reason, CommandRun.Of(["data", "pack", fixture.At("flat"), .. file, option, value]).Refused(2));
        Assert.False(File.Exists(fixture.At("x.pack")));
    }

    [Theory]
    [InlineData("cifar", "", "did you mean 'cifar10'", 2)]
    [InlineData("dtd", "ftp://x", "expected an address such as", 2)]
    [InlineData("cifar10", "here", "answered 404", 3)]
    public void Download_refuses_unavailable_sets(string name, string mirror, string reason, int code)
    {
        using var server = new FaultyServer((_, _, _) => FaultyServer.Response([], "404 Not Found"));
        string[] from = mirror == "" ? [] : ["--mirror", mirror == "here" ? server.Address.ToString() : mirror];
        Assert.Contains(
            reason,
            CommandRun.Of(["data", "download", name, "--out", fixture.At("set"), .. from, "--json"]).Refused(code));
    }

    [Fact]
    public void Download_explains_how_to_use_existing_data()
    {
        Directory.CreateDirectory(fixture.At("there/cifar-10-batches-bin"));
        // An empty folder does not count as existing data.
        File.WriteAllText(fixture.At("there/cifar-10-batches-bin/batches.meta.txt"), "airplane");
        JsonObject json = CommandRun.Of("data", "download", "cifar10", "--out", fixture.At("there"), "--json").Json;
        Assert.True(json["was_there"]!.GetValue<bool>());
        Assert.Equal($"cifar10:{fixture.At("there")}:train", json["uses"]![0]!.GetValue<string>());
    }

    [Fact]
    public void A_stop_leaves_no_file()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        CommandRun run = CommandRun.Of(
            new StringWriter(), stop.Token, "data", "pack", fixture.At("flat"), "--out", fixture.At("stopped.pack"));
        Assert.Equal(130, run.Code);
        Assert.False(File.Exists(fixture.At("stopped.pack")));
    }
}
