using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Tests.Data;
using SimClr.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class FineTuningTests(FineTuningTests.Pretrained pretrained)
    : IClassFixture<FineTuningTests.Pretrained>, IDisposable
{
    private static readonly FineTuneOptions Short = new() { Steps = 6, BatchSize = 16, Rate = 0.05 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1_000, 0.99)]
    [InlineData(200, 0.95)]
    [InlineData(100, 0.9)]
    [InlineData(5, 0.9)]
    public void Batch_norm_decays_as_in_the_paper(long stepsPerEpoch, double decay)
        => Assert.Equal(decay, BatchNormDecay.For(stepsPerEpoch), 1e-12);

    [Theory]
    [InlineData(300, 2, 1, 1 - (10.0 / 150))]   // 150 steps per epoch, of which one is taken
    [InlineData(32, 16, 120, 0.9)]              // 2 steps per epoch, for 60 epochs
    public void The_decay_is_by_the_steps_of_an_epoch(int images, int batch, int steps, double decay)
        => Assert.Equal(
            decay,
            Tune(Short with { BatchSize = batch, Steps = steps }, train: TinyRun.Images(images)).BatchNormDecay,
            1e-12);

    [Fact]
    public void The_decay_applies_to_every_batch_norm_and_its_statistics()
    {
        using ResNet encoder = EncoderCatalog.Create(new EncoderOptions { Name = "resnet18", Width = 1.0 / 16 }, 12);
        BatchNormDecay.Set(encoder, 0.99);
        BatchNorm[] norms = [.. encoder.modules().OfType<BatchNorm>()];
        Assert.Equal(20, norms.Length);
        using var scope = NewDisposeScope();
        norms[0].train();
        norms[0].forward(ones(2, 4, 3, 3).mul(7));
        Assert.Equal(0.07, norms[0].running_mean!.mean().item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(12_811, 1_281_167, 4096, 60, 0.8)]    // the paper's numbers
    [InlineData(128_116, 1_281_167, 4096, 30, 0.8)]
    [InlineData(500, 50_000, 128, 60, 0.025)]
    [InlineData(5_000, 50_000, 128, 30, 0.025)]
    [InlineData(10, 1_000, 16, 60, 0.003125)]
    public void Few_labels_use_the_recipe_of_the_paper(int labels, int all, int batch, int epochs, double rate)
    {
        FineTuneOptions options = FineTuneOptions.ForFewLabels(labels, all);
        Assert.Equal(
            (batch, epochs, rate, 0, false),
            (options.BatchSize, options.Epochs, options.Rate, options.WeightDecay, options.ScheduleBatchNorm));
    }

    [Theory]
    [InlineData(12_811, 1_281_167, 180)]
    [InlineData(128_116, 1_281_167, 930)]
    [InlineData(500, 50_000, 180)]
    [InlineData(100, 50_000, 180)]
    [InlineData(20, 4_000, 180)]     // one step per epoch
    [InlineData(100, 1_000, 930)]    // six
    [InlineData(5_000, 50_000, 1_170)]
    public void Few_labels_get_no_fewer_steps_than_in_the_paper(int labels, int all, long steps)
    {
        FineTuneOptions options = FineTuneOptions.ForFewLabels(labels, all);
        Assert.Equal(steps, options.StepsFor(labels));
        Assert.Equal(
            options.Epochs!.Value * (labels / options.BatchFor(labels)),
            (options with { MinSteps = 0 }).StepsFor(labels));
    }

    [Fact]
    public void The_grid_is_the_papers()
    {
        FineTuneOptions[] settings = [.. FineTuneGrid.Full.Settings(Short)];
        Assert.Equal(56, settings.Length);
        Assert.Equal(FineTuneGrid.Full.Count, settings.Length);
        Assert.Equal([1e-4, 1e-1], new[] { settings[0].Rate, settings[^1].Rate });
        Assert.Equal(Math.Sqrt(1e-7), settings[8].Rate, 1e-12);
        Assert.Equal(
            [0, 1e-6 / 1e-4, 1e-3 / 1e-4],
            new[] { settings[0].WeightDecay, settings[1].WeightDecay, settings[7].WeightDecay });
        Assert.All(
            (FineTuneGrid.Thin with { FixedDecay = 0.3 }).Settings(Short),
            setting => Assert.Equal(0.3, setting.WeightDecay));
    }

    [Fact]
    public void From_scratch_the_grid_is_the_one_for_random_initialization()
    {
        FineTuneOptions[] settings = [.. FineTuneGrid.FullFromScratch.Settings(Short)];
        Assert.Equal(56, settings.Length);
        Assert.Equal([1e-3, 1], new[] { settings[0].Rate, settings[^1].Rate });
        Assert.Equal(1e-5 / 1e-3, settings[0].WeightDecay, 1e-12);
        Assert.Equal(Math.Pow(10, -1.5), settings[^1].WeightDecay, 1e-12);
        Assert.All(
            FineTuneGrid.ThinFromScratch.Settings(Short),
            thin => Assert.Contains(settings, s => Math.Abs(Math.Log(s.Rate / thin.Rate)) < 1e-9));
    }

    [Fact]
    public void A_rate_of_zero_changes_no_weight()
    {
        FineTuneResult result = Tune(Short with { Rate = 0, WeightDecay = 0.1 }, to: "out");
        using TrainedEncoder before = TrainedEncoder.Load(pretrained.Run);
        using TrainedEncoder after = TrainedEncoder.Load(folder.PathOf("out"));
        foreach (var (name, parameter) in before.Module.named_parameters())
        {
            Assert.True(parameter.equal(after.Module.get_parameter(name)!).all().item<bool>(), name);
        }

        Assert.Equal(Math.Log(10), result.FinalLoss, 1e-5);
        Assert.All(result.Outcome.Predictions, prediction => Assert.Equal(0, prediction));
    }

    [Theory]
    [InlineData("fp32")]
    [InlineData("bf16")]
    public void It_learns_every_weight_and_leaves_the_run_as_it_was(string precision)
    {
        byte[][] before = pretrained.Files();
        FineTuneOptions options = Short with { Steps = 60 };
        FineTuneResult result = Tune(options, to: "out", run: pretrained.In(folder, precision));

        Assert.True(result.FinalLoss < Math.Log(10) - 0.3, $"{result.FinalLoss}");
        Assert.Equal((60, 64, 0.9), (result.Steps, result.Labels, result.BatchNormDecay));
        Assert.Equal(before, pretrained.Files());
        using TrainedEncoder old = TrainedEncoder.Load(pretrained.Run);
        using TrainedClassifier saved = TrainedClassifier.Load(folder.PathOf("out"));
        foreach (var (name, parameter) in old.Module.named_parameters())
        {
            Assert.False(parameter.equal(saved.Encoder.Module.get_parameter(name)!).all().item<bool>(), name);
        }

        Assert.Equal(result.Outcome.Predictions, saved.Test(Test()).Predictions);
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_and_from_scratch_another()
    {
        FineTuneResult[] results =
        [
            Tune(Short), Tune(Short), Tune(Short with { FromScratch = true }), Tune(Short with { Seed = 1 }),
        ];
        Assert.Equal(results[0].FinalLoss, results[1].FinalLoss);
        Assert.Equal(results[0].Outcome.Predictions, results[1].Outcome.Predictions);
        Assert.NotEqual(results[0].FinalLoss, results[2].FinalLoss);
        Assert.NotEqual(results[0].FinalLoss, results[3].FinalLoss);
    }

    [Fact]
    public void From_scratch_starts_from_the_weights_of_the_seed()
    {
        Tune(Short with { Rate = 0, FromScratch = true, Seed = 5 }, to: "out");
        using TrainedEncoder after = TrainedEncoder.Load(folder.PathOf("out"));
        using ResNet fresh = EncoderCatalog.Create(TinyRun.Options.Encoder, TinyRun.Options.Views.Size, 5);
        Assert.True(
            fresh.get_parameter("conv1.weight")!.equal(after.Module.get_parameter("conv1.weight")!).all().item<bool>());
    }

    [Fact]
    public void The_best_setting_on_validation_is_chosen_and_refitted_on_all_images()
    {
        var grid = new FineTuneGrid([1e-30, 0.05], [0, 1e-4]);
        FineTuneResult result = Tune(Short, grid: grid);
        FineTuneResult other = Tune(Short, grid: grid, test: TinyRun.Images(30));

        Assert.Equal(
            [(1e-30, 0), (1e-30, 1e26), (0.05, 0), (0.05, 0.002)],
            result.Search.Select(t => (t.Rate, Math.Round(t.WeightDecay, 9))));
        Assert.Equal(result.Search, other.Search);
        Assert.Equal(result.Search.Max(t => t.Score), result.Search.Single(
            t => t.Rate == result.Options.Rate && t.WeightDecay == result.Options.WeightDecay).Score);
        Assert.Equal(64, result.Labels);
        Assert.InRange(result.ValidationImages, 10, 16);
    }

    [Fact]
    public void Given_validation_images_join_the_training_images_once_the_choice_is_made()
    {
        var grid = new FineTuneGrid([1e-3, 1e-2], [0]);
        FineTuneResult result = Tune(Short, grid: grid, validation: TinyRun.Images(24));
        Assert.Equal((24, 88, 2), (result.ValidationImages, result.Labels, result.Search.Count));
    }

    [Theory]
    [InlineData("always", 1)]
    [InlineData("never", 3)]
    public void Validation_images_are_decoded_once_for_all_settings_if_they_may_be_cached(string cache, int times)
    {
        using var validation = new Counted(TinyRun.Images(24));
        FineTuneResult result = new FineTuning(
            pretrained.Run,
            Short with { Steps = 1 },
            new DataOptions { Cache = EnumText.Parse<DataCache>(cache) },
            threads: 1)
        {
            Grid = new FineTuneGrid([1e-3, 1e-2, 1e-1], [0]),
            Validation = validation,
        }.Run(TinyRun.Images(), Test());
        FineTuneResult plain = Tune(
            Short with { Steps = 1 }, new FineTuneGrid([1e-3, 1e-2, 1e-1], [0]), validation: TinyRun.Images(24));

        // The last training, on all images, may read some more because it loads ahead.
        Assert.InRange(validation.Reads, 24 * times, cache == "always" ? 24 : int.MaxValue);
        Assert.Equal(plain.Search, result.Search);
        Assert.Equal(plain.FinalLoss, result.FinalLoss);
        Assert.Equal(plain.Outcome.Predictions, result.Outcome.Predictions);
    }

    [Fact]
    public void Diverging_settings_are_reported_and_excluded_and_it_is_an_error_if_all_diverge()
    {
        FineTuneResult result = Tune(Short, grid: new FineTuneGrid([0.01, 1e30], [0]));
        Assert.Null(result.Search[1].Score);
        Assert.Equal(0.01, result.Options.Rate);
        Assert.Throws<DivergenceException>(() => Tune(Short, grid: new FineTuneGrid([1e30, 1e31], [0])));
        var error = Assert.Throws<DivergenceException>(() => Tune(Short with { Rate = 1e30 }));
        Assert.Contains("a lower FineTuneOptions.Rate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_layer_of_the_head_becomes_part_of_the_network()
    {
        FineTuneResult result = Tune(Short with { Rate = 0, ProjectionLayers = 1 }, to: "out");
        using SafetensorsFile classifier = SafetensorsFile.Read(new RunDirectory(folder.PathOf("out")).ClassifierFile);
        using SafetensorsFile checkpoint = SafetensorsFile.Read(new RunDirectory(pretrained.Run).LatestCheckpoint()!);
        foreach (string name in new[] { "layers.linear1.weight", "layers.bn1.weight", "layers.bn1.bias" })
        {
            Assert.True(
                classifier.Tensors[$"projection.{name}"].equal(checkpoint.Tensors[$"head.{name}"]).all().item<bool>(),
                name);
        }

        FineTuneResult trained = Tune(Short with { ProjectionLayers = 1 }, to: "trained");
        Assert.NotEqual(Tune(Short).FinalLoss, trained.FinalLoss);
        using TrainedClassifier saved = TrainedClassifier.Load(folder.PathOf("trained"));
        Assert.Equal(trained.Outcome.Predictions, saved.Test(Test()).Predictions);
    }

    [Theory]
    [InlineData("mlp", 2, 2, "has 2 layers, the last of which is the projection; expected 1")]
    [InlineData("mlp", 3, 3, "expected 1 to 2")]
    [InlineData("linear", 2, 1, "of kind 'linear'")]
    [InlineData("none", 2, 1, "of kind 'none'")]
    public void A_layer_that_the_head_does_not_have_is_refused(string kind, int layers, int count, string message)
    {
        var error = Assert.Throws<ConfigurationException>(
            () => FirstLayers.Check(new HeadOptions { Kind = EnumText.Parse<HeadKind>(kind), Layers = layers }, count));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_encoder_has_no_head()
    {
        string file = new RunDirectory(pretrained.Run).EncoderFile;
        var error = Assert.Throws<ConfigurationException>(
            () => new FineTuning(file, Short with { ProjectionLayers = 1 }));
        Assert.Contains("only a run directory has them", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_images_are_enough_and_one_class_or_other_classes_are_not()
    {
        ImageDataSet images = TinyRun.Images();
        int other = Enumerable.Range(1, 63).First(i => images.Labels![i] != images.Labels[0]);
        FineTuneResult tiny = Tune(Short, train: images.Subset([0, other]));
        Assert.Equal((2, 6), (tiny.Labels, tiny.Steps));

        ImageDataSet single = images.Subset([0, 0, 0]);
        Assert.Contains(
            "of one class",
            Assert.Throws<DataException>(() => Tune(Short, train: single)).Message,
            StringComparison.Ordinal);
        using ImageDataSet animals = new InMemoryDataSet([images.Read(0), images.Read(1)], [0, 1], ["cat", "dog"]);
        Assert.Contains(
            "different classes",
            Assert.Throws<DataException>(() => Tune(Short, test: animals)).Message,
            StringComparison.Ordinal);
    }

    private static ImageDataSet Test() => DataSets.Open("sample:test").Subset([.. Enumerable.Range(0, 40)]);

    private FineTuneResult Tune(
        FineTuneOptions options,
        FineTuneGrid? grid = null,
        ImageDataSet? train = null,
        ImageDataSet? validation = null,
        ImageDataSet? test = null,
        string? to = null,
        string? run = null)
        => new FineTuning(run ?? pretrained.Run, options, threads: 1)
        {
            Grid = grid,
            Validation = validation,
            OutputDirectory = to is null ? null : folder.PathOf(to),
        }.Run(train ?? TinyRun.Images(), test ?? Test());

    /// <summary>A set that counts how often its images are read.</summary>
    private sealed class Counted(ImageDataSet images) : DelegatingDataSet(images)
    {
        private int reads;

        public int Reads => reads;

        public override bool IsDecoded => false;

        public override RgbImage Read(int index)
        {
            Interlocked.Increment(ref reads);
            return Source.Read(index);
        }
    }

    /// <summary>A run to start from.</summary>
    public sealed class Pretrained : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        public Pretrained()
            => TinyRun.Train(folder, "run", TinyRun.Options with { Precision = Precision.Fp32, Threads = 1 });

        public string Run => folder.PathOf("run");

        public void Dispose() => folder.Dispose();

        internal byte[][] Files()
            => [.. Directory.GetFiles(Run, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllBytes)];

        /// <summary>A copy whose description specifies another precision.</summary>
        internal string In(TemporaryFolder other, string precision)
        {
            var run = new RunDirectory(other.PathOf("copy"));
            Directory.CreateDirectory(run.Root);
            File.Copy(new RunDirectory(Run).EncoderFile, run.EncoderFile);
            RunRecord record = RunRecord.Read(new RunDirectory(Run).RunFile);
            (record with
            {
                Configuration = record.Configuration with { Precision = EnumText.Parse<Precision>(precision) },
            }).Write(run.RunFile);
            return run.Root;
        }
    }
}
