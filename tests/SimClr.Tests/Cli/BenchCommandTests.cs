using System.Text.Json.Nodes;
using SimClr.Cli.Bench;
using SimClr.Configuration;
using SimClr.Tests.Data;
using SimClr.Tests.Training;

namespace SimClr.Tests.Cli;

public sealed class BenchCommandTests : IDisposable
{
    private static readonly BenchSettings Tiny = new()
    {
        BaseOptions = TinyRun.Options with { Threads = 1, Precision = Precision.Fp32 },
        Rounds = 3,
        Duration = TimeSpan.FromMilliseconds(1),
        Batch = 8,
        Width = 0.25,
        QuarterSteps = 1,
        PhotoBatch = 4,
        PhotoSteps = 1,
        PhotoSide = 32,
        MatrixSide = 32,
        LossImages = 16,
        ManyLossImages = 2048,
        LargeBatch = 24,
        CacheWidth = 1.0 / 16,
        SearchVectors = 2000,
        Launches = 1,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("start-up", "start_help start_preset_list")]
    [InlineData("peak", "peak_fp32 peak_bf16")]
    [InlineData("step", "step pretrain")]
    [InlineData("step-quarter", "step_quarter pretrain_quarter")]
    [InlineData("photos", "pretrain_jpeg pretrain_packed")]
    [InlineData("embed", "embed_small embed_packed embed_jpeg")]
    [InlineData("embed-one", "embed_one embed_one_large")]
    [InlineData("augmentation", "augment_photos augment_small")]
    [InlineData("decode", "decode")]
    [InlineData("loss", "loss_time")]
    [InlineData("search", "search_exact search_graph search_recall search_build search_memory")]
    [InlineData("gradient-cache", "cache_time cache_memory")]
    [InlineData("onnx", "onnx_quarter onnx onnx_photos")]
    [InlineData("busy", "busy_pretrain busy_embed busy_linear")]
    [InlineData("profile", "profile profile_quarter profile_photos")]
    public void Every_benchmark_gives_its_rows(string name, string rows)
    {
        BenchRow[] measured = Measure(name);

        Assert.Equal(rows.Split(' '), measured.Select(row => row.Name));
        Assert.All(measured, row =>
        {
            Assert.InRange(row.Result.Low, double.Epsilon, row.Result.Median);
            Assert.InRange(row.Result.High, row.Result.Median, double.MaxValue);
        });
    }

    /// <summary>The total use cannot be asserted here, because other tests use memory too.</summary>
    [Fact]
    public void The_memory_of_the_loss_is_compared_with_its_bound()
    {
        BenchRow row = Assert.Single(Measure("loss-memory"));

        Assert.Equal("loss_memory", row.Name);
        Assert.Equal(Target.Max(256), row.Target);
        Assert.True(double.IsFinite(row.Result.Median));
        Assert.Equal(64, row.Figures["dense_similarities_mb"]);   // (2 · 2048)² floats
    }

    [Fact]
    public void Rows_survive_the_transfer_between_processes()
    {
        BenchRow[] rows =
        [
            new("a", "first", new Spread(2, 1, 3, 3), "s", Target.Max(0.5))
            {
                Figures = new Dictionary<string, double> { ["x"] = 1234 },
            },
            new("b", "second", new Spread(0.5, 0.5, 0.5, 1), "of a", Target.Min(0.5)),
            new("c", "third", new Spread(12.3, 1, 30, 2), "views/s"),
        ];

        Assert.All(rows, row =>
        {
            JsonObject json = BenchRowJson.Write(row);
            BenchRow read = BenchRowJson.Read(JsonNode.Parse(json.ToJsonString())!);
            Assert.Equal(row.Figures, read.Figures);
            Assert.Equal(row, read with { Figures = row.Figures });
        });
    }

    [Fact]
    public void The_step_counts_operations_by_the_shapes()
    {
        BenchRow row = Measure("step-quarter")[0];

        // Two views, one forward and two backward passes, two operations per multiply-add.
        double expected =
            12 * SimClr.Encoders.EncoderCost.MultiplyAdds(new() { Name = "resnet18", Width = 1.0 / 16 }, 12) / 1e9;
        Assert.Equal(expected, row.Figures["gflop_per_image"], 12);
        Assert.Equal(row.Figures["images_per_second"] * expected, row.Figures["step_gflops"], 6);
    }

    [Fact]
    public void A_profile_shares_out_the_whole_time()
    {
        Assert.All(Measure("profile"), row =>
        {
            Assert.Equal(
                ["encoder_forward", "encoder_backward", "head", "loss", "optimizer", "input_wait", "rest"],
                row.Figures.Keys);
            Assert.Equal(1, row.Figures.Values.Sum(), 9);
            Assert.All(row.Figures.Values, share => Assert.InRange(share, 0, 1));
            Assert.True(row.Figures["encoder_backward"] > 0);
        });
    }

    [Fact]
    public void Scaling_changes_one_thing_at_a_time()
    {
        BenchRow[] rows = Measure("scaling");

        Assert.Equal(
            [
                "batch_2", "batch_8", "batch_32", "size_8", "size_16", "size_32", "width_0.0625", "width_0.125",
                "width_0.25", "threads_1",
            ],
            rows.Select(row => row.Name)
                .Where(name => name is not ("threads_2" or "threads_4" or "threads_8" or "threads_16")));
        Assert.All(rows, row => Assert.Equal(1000 / row.Result.Median, row.Figures["milliseconds_per_image"], 9));
    }

    [Fact]
    public void Json_and_markdown_state_machine_and_figures()
    {
        string file = folder.PathOf("results.md");

        JsonObject json = CommandRun.Of(
            "bench", "--quick", "--only", "decode", "--only", "start-up", "--markdown", file, "--precision", "fp32",
            "--threads", "1", "--json").Json;

        Assert.All(
            ["processor", "libtorch", "precision", "runtime"],
            key => Assert.NotEmpty(json["machine"]![key]!.GetValue<string>()));
        Assert.Equal(1, json["machine"]!["threads"]!.GetValue<int>());
        JsonNode[] rows = [.. json["rows"]!.AsArray().OfType<JsonNode>()];
        Assert.Equal(
            ["start_help", "start_preset_list", "decode"], rows.Select(row => row["name"]!.GetValue<string>()));
        Assert.Equal(0.2, rows[0]["at_most"]!.GetValue<double>());
        Assert.Equal(rows[0]["value"]!.GetValue<double>() <= 0.2, rows[0]["met"]!.GetValue<bool>());
        Assert.Null(rows[2]["met"]);
        string text = File.ReadAllText(file);
        Assert.StartsWith($"# {json["machine"]!["processor"]!.GetValue<string>()}", text);
        Assert.Contains("`simclr bench --only decode --only start-up --quick --precision fp32 --threads 1`", text);
        Assert.Contains("| decoding of JPEG files, one core |", text);
    }

    [Fact]
    public void Made_up_photographs_are_as_large_as_real_ones()
    {
        using var scratch = new ScratchFolder();
        using var photos = BenchImages.Photos(Tiny, scratch, 70);

        Assert.Equal(70, photos.Count);
        Assert.Equal((500, 375), (photos.Read(69).Width, photos.Read(69).Height));
        Assert.InRange(new FileInfo(photos.PathOf(0)).Length, 60_000, 160_000);
        Assert.Equal(photos.PathOf(0), photos.PathOf(64));
    }

    [Fact]
    public void An_unknown_name_gets_the_nearest()
        => Assert.Contains("did you mean 'augmentation'?", CommandRun.Of("bench", "--only", "augmentatoin").Refused(2));

    [Theory]
    [InlineData("--images")]
    [InlineData("--photos")]
    public void Missing_images_are_reported_before_anything_is_measured(string option)
    {
        string error = CommandRun.Of(
            "bench", "--only", "decode", "--only", "gradient-cache", option, folder.PathOf("nowhere")).Refused(3);
        Assert.Contains("no such folder or file", error);
        Assert.DoesNotContain("measuring", error);
    }

    [Fact]
    public void Tables_are_measured_only_on_request()
        => Assert.Equal(
            ["embed", "embed-one", "onnx", "search", "busy", "profile", "scaling"],
            BenchCatalog.Names.Except(BenchCatalog.Choose([]).Select(benchmark => benchmark.Name)));

    [Fact]
    public void A_spread_has_the_median_of_the_rounds()
    {
        Assert.Equal(new Spread(2, 1, 9, 3), Spread.FromValues([9, 1, 2]));
        Assert.Equal(new Spread(1.5, 1, 2, 2), Spread.FromValues([2, 1]));

        // Ratios per round: 4/2 and 30/10, not the ratio of the medians.
        Assert.Equal(new Spread(2.5, 2, 3, 2), Spread.FromRatio([4, 30], [2, 10]));
    }

    [Fact]
    public void A_target_is_met_at_its_bound()
    {
        Assert.True(Target.Min(0.95).IsMetBy(0.95));
        Assert.False(Target.Min(0.95).IsMetBy(0.94));
        Assert.True(Target.Max(1).IsMetBy(1));
        Assert.False(Target.Max(1).IsMetBy(1.01));
    }

    [Fact]
    public void Sides_are_measured_in_turn()
    {
        var order = new List<string>();
        double Side(string name)
        {
            order.Add(name);
            return order.Count;
        }

        double[][] figures = SideBySide.Run(2, CancellationToken.None, () => Side("a"), () => Side("b"));

        Assert.Equal(["a", "b", "a", "b"], order);
        Assert.Equal([1, 3], figures[0]);
        Assert.Equal([2, 4], figures[1]);
    }

    private static BenchRow[] Measure(string name)
        => [.. Assert.Single(BenchCatalog.Choose([name])).Measure(Settings(name), CancellationToken.None)];

    // A round of the busy row starts processes for each of its figures, so one round is enough.
    private static BenchSettings Settings(string name)
        => Tiny with { BaseOptions = Views(name), Rounds = name == "busy" ? 1 : Tiny.Rounds };

    private static PretrainOptions Views(string name)
        => name == "scaling"
            ? Tiny.BaseOptions with { Views = Tiny.BaseOptions.Views with { Size = 16 } }
            : Tiny.BaseOptions;
}
