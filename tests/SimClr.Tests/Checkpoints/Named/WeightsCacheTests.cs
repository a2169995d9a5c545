using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Tests.Data;
using static TorchSharp.torch;

namespace SimClr.Tests.Checkpoints;

/// <summary>Downloads from a local server, of files in each checkpoint's own layout.</summary>
public sealed class WeightsCacheTests : IDisposable
{
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. WeightsCatalog.Names];

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_layout_of_every_checkpoint_is_converted_and_computes_the_same(string name)
    {
        NamedWeights weights = Unchecked(name);
        using ResNet source = PublishedWeights.Network(weights);
        byte[] file = PublishedWeights.Bytes(weights, source);
        using var server = Serve(file);

        CachedWeights first = Get(server, weights);
        CachedWeights second = Get(server, weights);

        Assert.Equal(new Uri(weights.Addresses[0]).AbsolutePath, Assert.Single(server.Requests).Path["/sets".Length..]);
        Assert.Equal((false, true), (first.AlreadyPresent, second.AlreadyPresent));
        Assert.Equal((Sum(file), file.Length, WeightsPin.FirstDownload), (first.Sha256, first.Bytes, first.Pinned));
        using TrainedEncoder encoder = TrainedEncoder.Load(first.File);
        Assert.Equal(
            (weights.Encoder, 224, weights.Normalize, weights.Interpolation),
            (encoder.Options.Name, encoder.Views.Size, encoder.Views.Normalize, encoder.Views.Interpolation));
        Assert.Equal(weights.License, encoder.Metadata["license"]);
        Tensor expected = PublishedWeights.Compute(source);
        Assert.True(expected.std().item<float>() > 1e-3);
        Assert.True(
            PublishedWeights.Compute(encoder.Module).sub(expected).abs().max().item<float>()
                <= 1e-5 * expected.abs().max().item<float>());
        JsonNode record = JsonNode.Parse(File.ReadAllText(folder.PathOf($"cache/{name}.json")))!;
        Assert.Equal(Sum(file), (string)record["sha256"]!);
        Assert.Equal(weights.Addresses[0].Split('/')[^1], (string)record["converted_from"]!);
        Assert.Equal([$"{name}.json", $"{name}.lock", $"{name}.safetensors"], Files());
    }

    [Fact]
    public void A_download_that_breaks_off_is_resumed_within_a_call_and_by_the_next_one()
    {
        (NamedWeights weights, byte[] file) = Small();
        using (var broken = new FaultyServer((_, _, from) => FaultyServer.Ranged(file, from, end: 1000)))
        {
            Assert.Contains("run the same command again to resume", Refused(broken, weights));
            Assert.Equal([null, 1000L, 1000L, 1000L, 1000L], broken.Requests.Select(request => request.From));
        }

        using var server = new FaultyServer(
            (number, _, from) => FaultyServer.Ranged(file, from, end: number == 1 ? 5000 : null));
        Assert.Equal(Sum(file), Get(server, weights).Sha256);
        Assert.Equal([1000L, 5000L], server.Requests.Select(request => request.From));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_checksum_that_differs_is_reported_with_both_and_leaves_nothing(bool complete)
    {
        (NamedWeights weights, byte[] file) = Small();
        string expected = Sum([.. file, 0]);
        weights = complete ? weights with { Sha256 = expected }
            : weights with { Published = FileChecksum.Sha256(expected[..8]) };
        using var server = Serve(file);

        string message = Refused(server, weights);

        Assert.Contains($"got {file.Length} bytes with SHA-256 {Sum(file)}, expected {expected[..8]}", message);
        Assert.Contains("is not the published file and was deleted", message);
        Assert.Equal([$"{weights.Name}.lock"], Files());
        Assert.Equal(3, new DataException(message).ExitCode);
    }

    [Fact]
    public void The_published_digits_and_the_complete_sum_are_accepted_and_recorded()
    {
        (NamedWeights weights, byte[] file) = Small();
        using var server = Serve(file);
#pragma warning disable CA5351 // As published.
        string md5 = Convert.ToHexStringLower(MD5.HashData(file));
#pragma warning restore CA5351

        WeightsPin Pin(NamedWeights some)
        {
            Directory.Delete(folder.PathOf("cache"), recursive: true);
            return Get(server, some).Pinned;
        }

        Directory.CreateDirectory(folder.PathOf("cache"));
        Assert.Equal(WeightsPin.Prefix, Pin(weights with { Published = FileChecksum.Sha256(Sum(file)[..8]) }));
        Assert.Equal(WeightsPin.Prefix, Pin(weights with { Published = FileChecksum.Md5(md5[..8]) }));
        Assert.Equal(WeightsPin.Complete, Pin(weights with { Sha256 = Sum(file), Bytes = file.Length }));
    }

    [Fact]
    public void A_file_that_changed_since_the_first_download_is_refused_until_its_record_is_removed()
    {
        (NamedWeights weights, byte[] file) = Small();
        using (var server = Serve(file))
        {
            Get(server, weights);
        }

        using ResNet other = PublishedWeights.Network(weights, seed: 2);
        byte[] changed = PublishedWeights.Bytes(weights, other);
        using var later = Serve(changed);
        string message = Assert.Throws<DataException>(() => Get(later, weights, force: true)).Message;
        Assert.Contains($"with SHA-256 {Sum(changed)}, expected {Sum(file)}", message);
        Assert.Contains($"first download, which {folder.PathOf($"cache/{weights.Name}.json")} records", message);
        Assert.Equal(Sum(file), Cache(later).Find(weights)!.Sha256);

        File.Delete(folder.PathOf($"cache/{weights.Name}.json"));
        Assert.Equal(Sum(changed), Get(later, weights).Sha256);
    }

    [Fact]
    public async Task Several_at_once_download_once()
    {
        (NamedWeights weights, byte[] file) = Small();
        using var server = Serve(file);
        CachedWeights[] found = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => Task.Run(() => Cache(server).GetAsync(weights, cancel: TestContext.Current.CancellationToken))));
        Assert.Single(server.Requests);
        Assert.Equal(3, found.Count(one => one.AlreadyPresent));
        Assert.All(found, one => Assert.Equal(Sum(file), one.Sha256));
    }

    [Fact]
    public void A_half_written_file_or_record_is_downloaded_again()
    {
        (NamedWeights weights, byte[] file) = Small();
        using var server = Serve(file);
        string encoder = Get(server, weights).File;
        byte[] whole = File.ReadAllBytes(encoder);

        File.WriteAllBytes(encoder, whole[..^100]);
        Assert.Null(Cache(server).Find(weights));
        Get(server, weights);
        Assert.Equal(whole, File.ReadAllBytes(encoder));

        foreach (string damaged in new[] { "", "{", "[]", "{\"name\": 3}", "{\"sha256\": \"xyz\"}" })
        {
            File.WriteAllText(folder.PathOf($"cache/{weights.Name}.json"), damaged);
            Assert.Null(Cache(server).Find(weights));
            Assert.False(Get(server, weights).AlreadyPresent);
        }

        Assert.Equal(7, server.Requests.Count);
    }

    [Fact]
    public void Without_downloads_a_file_can_be_added_and_is_compared_too()
    {
        (NamedWeights weights, byte[] file) = Small();
        weights = weights with { Sha256 = Sum(file) };
        var cache = new WeightsCache(folder.PathOf("cache")) { IsOffline = true };
        string message = Refused(() => cache.GetAsync(weights));
        Assert.Contains(
            $"SIMCLR_OFFLINE=1 forbids downloads. On another machine, download {weights.Addresses[0]}", message);
        Assert.Contains($"WeightsCache.AddAsync({weights.Name})", message);

        folder.Write("wrong.pth", file[..^1]);
        folder.Write("right.pth", file);
        Assert.Contains(
            $"wrong.pth: got {file.Length - 1} bytes with SHA-256 {Sum(file[..^1])}, expected {Sum(file)}",
            Refused(() => cache.AddAsync(weights, folder.PathOf("wrong.pth"))));
        Assert.Contains("nowhere.pth: it cannot be read", Refused(
            () => cache.AddAsync(weights, folder.PathOf("nowhere.pth"))));
        CachedWeights added = Wait(cache.AddAsync(weights, folder.PathOf("right.pth")));
        Assert.Equal((folder.PathOf("right.pth"), Sum(file)), (added.Address, added.Sha256));
        Assert.Equal(file, File.ReadAllBytes(folder.PathOf("right.pth")));
        Assert.True(Wait(cache.GetAsync(weights)).AlreadyPresent);
    }

    [Fact]
    public void Another_address_can_be_given_and_the_next_one_is_tried()
    {
        (NamedWeights weights, byte[] file) = Small();
        using var server = new FaultyServer((_, path, from) => path.StartsWith("/sets/gone", StringComparison.Ordinal)
            ? FaultyServer.Response("no"u8, "404 Not Found")
            : FaultyServer.Ranged(file, from));
        weights = weights with
        {
            Addresses = ["https://nowhere.invalid/gone.pth", "https://nowhere.invalid/x/here.pth"],
        };

        Assert.EndsWith("/x/here.pth", Get(server, weights).Address);
        Assert.Equal(["/sets/gone.pth", "/sets/x/here.pth"], server.Requests.Select(request => request.Path));
        CachedWeights other = Wait(Cache(null).AddAsync(weights, $"{server.Address}/other.pth"));
        Assert.EndsWith("/sets/other.pth", other.Address);

        weights = weights with { Name = "another", Addresses = ["https://nowhere.invalid/gone.pth"] };
        Assert.Contains("answered 404 Not Found", Refused(server, weights));
    }

    [Fact]
    public void What_is_not_the_encoder_is_refused_and_leaves_nothing()
    {
        (NamedWeights weights, byte[] file) = Small();
        using var page = Serve("<html>Please log in</html>"u8.ToArray());
        Assert.Contains("does not hold the weights", Refused(page, weights));
        using var other = Serve(file);
        Assert.Contains(
            "it holds a resnet18, expected the resnet50", Refused(other, weights with { Encoder = "resnet50" }));
        Assert.Contains("expected at most", Refused(other, weights with { Bytes = 100 }));
        Assert.Equal([$"{weights.Name}.lock"], Files());
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_reported()
    {
        (NamedWeights weights, _) = Small();
        folder.Write("cache", "a file");
        string message = Refused(() => Cache(null).GetAsync(weights));
        Assert.Contains("cannot be kept there", message);
        Assert.Contains("SIMCLR_WEIGHTS", message);
    }

    private static NamedWeights Unchecked(string name)
        => WeightsCatalog.Find(name) with { Published = null, Sha256 = null, Bytes = null };

    private static string Sum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static FaultyServer Serve(byte[] file) => new((_, _, from) => FaultyServer.Ranged(file, from));

    private static CachedWeights Wait(Task<CachedWeights> task) => task.GetAwaiter().GetResult();

    private static string Refused(Func<Task<CachedWeights>> get)
        => Assert.Throws<DataException>(() => Wait(get())).Message;

    private (NamedWeights Weights, byte[] File) Small()
    {
        NamedWeights weights = Unchecked("torchvision-resnet18");
        using ResNet network = PublishedWeights.Network(weights);
        return (weights, PublishedWeights.Bytes(weights, network));
    }

    private WeightsCache Cache(FaultyServer? server) => new(folder.PathOf("cache"))
    {
        Mirror = server?.Address,
        IsOffline = false,
        Pause = TimeSpan.Zero,
    };

    private CachedWeights Get(FaultyServer server, NamedWeights weights, bool force = false)
        => Wait(Cache(server).GetAsync(weights, force));

    private string Refused(FaultyServer server, NamedWeights weights) => Refused(() => Cache(server).GetAsync(weights));

    private string[] Files() => [.. Directory.GetFiles(folder.PathOf("cache"))
        .Select(file => Path.GetFileName(file)!)
        .Order(StringComparer.Ordinal)];
}
