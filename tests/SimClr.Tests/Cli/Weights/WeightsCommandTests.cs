using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Embeddings;
using SimClr.Encoders;
using SimClr.Tests.Checkpoints;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

/// <summary>
/// Named weights on the command line, served from this machine. The variables that name cache and mirror are those of
/// the process, which no other class uses.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class WeightsCommandTests : IClassFixture<RunFixture>, IDisposable
{
    private readonly RunFixture fixture;
    private readonly TemporaryFolder folder = new();
    private readonly ResNet network = PublishedWeights.Network(WeightsCatalog.Find("dino-resnet50"));
    private readonly byte[] file;
    private readonly FaultyServer server;

    public WeightsCommandTests(RunFixture fixture)
    {
        this.fixture = fixture;
        file = PublishedWeights.Bytes(WeightsCatalog.Find("dino-resnet50"), network);
        server = new FaultyServer((_, _, from) => FaultyServer.Ranged(file, from));
        Set(folder.PathOf("cache"), server.Address.ToString(), null);
    }

    public void Dispose()
    {
        Set(null, null, null);
        server.Dispose();
        network.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void List_shows_all_and_what_is_here()
    {
        JsonObject json = CommandRun.Of("weights", "list", "--json").Json;
        Assert.Equal(WeightsCatalog.Names, json["weights"]!.AsArray().Select(entry => (string)entry!["name"]!));
        Assert.All(json["weights"]!.AsArray(), entry => Assert.Null(entry!["file"]));
        CommandRun.Of("weights", "get", "dino-resnet50");
        json = CommandRun.Of("weights", "list", "--json").Json;
        JsonNode dino = json["weights"]!.AsArray().Single(entry => (string)entry!["name"]! == "dino-resnet50")!;
        Assert.Equal(folder.PathOf("cache/dino-resnet50.safetensors"), (string)dino["file"]!);
        Assert.Contains("CC-BY-NC 4.0", CommandRun.Of("weights", "list").Output);
    }

    [Fact]
    public void Get_writes_an_encoder_that_can_be_used_as_a_run()
    {
        CommandRun run = CommandRun.Of("weights", "get", "dino-resnet50", "--out", folder.PathOf("own"), "--json");
        Assert.Equal(folder.PathOf("own/dino-resnet50.safetensors"), (string)run.Json["file"]!);
        Assert.Equal("first-download", (string)run.Json["pinned"]!);
        Assert.False((bool)run.Json["was_there"]!);
        Assert.Contains("dino-resnet50 is licensed under Apache-2.0", run.Error);
        Assert.Contains("downloading dino-resnet50", run.Error);
        Assert.True((bool)CommandRun.Of(
            "weights", "get", "weights:dino-resnet50", "--out", folder.PathOf("own"), "--json").Json["was_there"]!);
        Assert.Single(server.Requests);

        CommandRun.Of("weights", "get", "dino-resnet50", "--out", folder.PathOf("own"), "--force");
        Assert.Equal(2, server.Requests.Count);
        Assert.Contains("not for commercial use", CommandRun.Of("weights", "get", "swav-resnet50").Error);
    }

    [Fact]
    public void A_name_is_a_run_for_every_verb()
    {
        const string name = "weights:dino-resnet50";
        string encoder = fixture.At("dino.pth");
        File.WriteAllBytes(encoder, file);
        CommandRun.Of(
            "import", encoder, "--out", fixture.At("dino.safetensors"), "--normalize", "imagenet", "--json");
        CommandRun first = CommandRun.Of("embed", name, fixture.At("flat"), "--out", fixture.At("named.npy"), "--json");
        Assert.Equal(128, (int)first.Json["dimension"]!);
        Assert.Contains("downloading", first.Error);
        CommandRun.Of("embed", fixture.At("dino.safetensors"), fixture.At("flat"), "--out", fixture.At("imported.npy"));
        Assert.Equal(Rows("imported.npy"), Rows("named.npy"));

        JsonObject knn = CommandRun.Of(
            "evaluate", "knn", name, "--train", fixture.At("flawed"), "--test", fixture.At("flawed"), "--k", "2",
            "--set", "data.max_skipped=0.5", "--json").Json;
        Assert.Equal(4, (int)knn["test_images"]!);
        Assert.Null(knn["record"]);
        JsonObject index = CommandRun.Of(
            "index", "create", fixture.At("flat"), "--run", name, "--out", fixture.At("named.index"), "--json").Json;
        Assert.Equal(3, (int)index["images"]!);
        JsonObject safetensors = CommandRun.Of(
            "export", "safetensors", name, "--out", fixture.At("exported.safetensors"), "--json").Json;
        Assert.Equal("resnet50", (string)safetensors["encoder"]!["name"]!);
        Assert.Single(server.Requests);

        // The index names the weights, which another machine downloads again.
        Directory.Delete(folder.PathOf("cache"), recursive: true);
        CommandRun search = CommandRun.Of(
            "search", fixture.At("named.index"), fixture.At("one/0.png"), "--json");
        Assert.NotEmpty(search.Json["results"]!.AsArray());
        Assert.Contains("downloading", search.Error);
        Assert.Equal(name, (string)CommandRun.Of("index", "info", fixture.At("named.index"), "--json").Json["run"]!);
    }

    [Fact]
    public void Pretraining_can_start_from_a_name()
    {
        CommandRun run = CommandRun.Of(
            "pretrain", fixture.At("train"), "--out", fixture.At("from-name"), "--config", fixture.At("tiny.yaml"),
            "--set", "encoder.name=resnet50", "--set", "encoder.stem=imagenet",
            "--set", "encoder.weights=weights:dino-resnet50", "--set", "optimizer.peak_rate=1e-30", "--epochs", "1",
            "--set", "schedule.warmup_epochs=0", "--json");
        Assert.Equal(3, (int)run.Json["steps"]!);
        Assert.Contains("views.normalize=imagenet", run.Error);
        using TrainedEncoder trained = TrainedEncoder.Load(fixture.At("from-name"));
        using TrainedEncoder source = TrainedEncoder.Load("weights:dino-resnet50");
        Assert.Equal(
            0,
            trained.Module.state_dict()["conv1.weight"].sub(source.Module.state_dict()["conv1.weight"]).abs().max()
                .item<float>(),
            1e-6);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void What_cannot_be_had_is_refused_with_the_right_code()
    {
        Assert.Contains("did you mean 'dino-resnet50'", CommandRun.Of("weights", "get", "dino-resnet51").Refused(2));
        Assert.Contains(
            "did you mean 'dino-resnet50'",
            CommandRun.Of(
                "embed", "weights:dino-resnet51", fixture.At("flat"), "--out", fixture.At("never.npy")).Refused(2));
        string mismatch = CommandRun.Of("weights", "get", "torchvision-resnet50").Refused(3);
        Assert.Contains("expected 0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a", mismatch);
        Assert.Contains("'simclr weights get torchvision-resnet50 --from FILE'", mismatch);
        Assert.Contains("expected a04e12f8...", CommandRun.Of("weights", "get", "moco-v2-resnet50").Refused(3));
        Assert.DoesNotContain(
            Directory.GetFiles(folder.PathOf("cache")),
            path => !path.EndsWith(".lock", StringComparison.Ordinal));
        Assert.Contains(
            "it cannot be read", CommandRun.Of("weights", "get", "dino-resnet50", "--from", "nowhere.pth").Refused(3));
        Assert.Contains(
            "is a file", CommandRun.Of("weights", "get", "dino-resnet50", "--out", fixture.At("tiny.yaml")).Refused(2));

        Set(folder.PathOf("cache"), "not an address", null);
        Assert.Contains("SIMCLR_WEIGHTS_MIRROR is 'not an address'", CommandRun.Of("weights", "list").Refused(2));
        Set(folder.PathOf("cache"), null, "1");
        Assert.Contains(
            "'simclr weights get swav-resnet50 --from FILE'",
            CommandRun.Of(
                "evaluate", "knn", "weights:swav-resnet50", "--train", fixture.At("train"), "--test",
                fixture.At("test")).Refused(3));
        Assert.Contains("forbids downloads", Assert.Throws<DataException>(
            () => TrainedEncoder.Load("weights:swav-resnet50")).Message);
    }

    private static void Set(string? cache, string? mirror, string? offline)
    {
        Environment.SetEnvironmentVariable(WeightsCache.FolderVariable, cache);
        Environment.SetEnvironmentVariable(WeightsCache.MirrorVariable, mirror);
        Environment.SetEnvironmentVariable(WeightsCache.OfflineVariable, offline);
    }

    private float[] Rows(string name)
    {
        EmbeddingTable table = EmbeddingFile.Read(fixture.At(name));
        return [.. Enumerable.Range(0, table.Count).SelectMany(row => table[row].ToArray())];
    }
}
