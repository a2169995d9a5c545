using System.Text.Json;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Heads;
using SimClr.Internals;
using SimClr.Losses;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class PretrainerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_leaves_its_description_metrics_checkpoints_and_encoder()
    {
        PretrainResult result = TinyRun.Train(folder, "run");
        var run = new RunDirectory(folder.PathOf("run"));

        Assert.Equal((12, 3), (result.Steps, result.Epochs));
        Assert.InRange(result.FinalLoss, 0.1, 5);
        Assert.True(File.Exists(run.EncoderFile));
        Assert.Equal(run.LatestCheckpoint(), result.Checkpoint);
        Assert.Equal(2, Directory.GetFiles(run.CheckpointFolder).Length);
        Assert.NotEmpty(Directory.GetFiles(run.TensorBoardFolder));
        using var description = JsonDocument.Parse(File.ReadAllText(run.RunFile));
        Assert.Equal(0.5, description.RootElement.GetProperty("configuration")
            .GetProperty("loss")
            .GetProperty("temperature")
            .GetDouble());
        Assert.Equal(64, description.RootElement.GetProperty("data").GetProperty("images").GetInt32());

        var metrics = MetricsLog.Read(run.MetricsFile).ToArray();
        Assert.Equal([4, 8, 10, 12], metrics.Select(m => m["step"]));
        Assert.Equal(1, metrics[0]["epoch"]);
        Assert.All(metrics, m => Assert.Equal(Math.Log(31), m["chance_loss"], 1e-12));
        foreach (string key
            in new[] { "loss", "learning_rate", "images_per_second", "positive_first", "spread_h", "spread_z" })
        {
            Assert.All(metrics, m => Assert.True(double.IsFinite(m[key])));
        }

        Assert.All(metrics, m => Assert.InRange(m["input_wait"], 0, 1));
    }

    [Fact]
    public void The_metrics_give_the_share_of_time_that_steps_waited_for_input()
    {
        // Nothing can be loaded ahead of the first step, which waits for its sixteen images.
        using var images = new SlowDataSet(TinyRun.Images(), TimeSpan.FromMilliseconds(5));
        PretrainOptions options = TinyRun.Options with
        {
            Data = new DataOptions { Workers = 1, Cache = DataCache.Never },
        };
        new Pretrainer(options).Run(images, folder.PathOf("run"));
        double[] waits = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("run")).MetricsFile)
            .Select(m => m["input_wait"])];
        Assert.InRange(waits[0], 0.001, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_whatever_the_number_of_workers_and_another_seed_gives_others()
    {
        TinyRun.Train(folder, "a", TinyRun.Options with { Data = new DataOptions { Workers = 1 } });
        TinyRun.Train(folder, "b", TinyRun.Options with { Data = new DataOptions { Workers = 4 } });
        TinyRun.Train(folder, "c", TinyRun.Options with { Seed = 1 });
        TinyRun.AssertSame(folder.PathOf("a"), folder.PathOf("b"));
        Assert.NotEqual(TinyRun.Checkpoint(folder.PathOf("a")), TinyRun.Checkpoint(folder.PathOf("c")));
    }

    [Fact]
    public void The_loss_goes_down()
    {
        TinyRun.Train(
            folder, "run", TinyRun.Options with { Schedule = new ScheduleOptions { Epochs = 15, WarmupEpochs = 1 } });
        double[] losses = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("run")).MetricsFile)
            .Select(m => m["loss"])];
        Assert.True(losses[^8..].Average() < losses[..4].Average() - 0.1, string.Join(" ", losses));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("linear")]
    [InlineData("mlp")]
    public void Every_head_trains_the_encoder(string kind)
    {
        PretrainOptions options = TinyRun.Options with
        {
            Head = TinyRun.Options.Head with { Kind = EnumText.Parse<HeadKind>(kind) },
        };
        using SimClrModel before = SimClrModel.Create(options, TestDevice.Name, null);
        TinyRun.Train(folder, kind, options);
        using TrainedEncoder after = TrainedEncoder.Load(folder.PathOf(kind));
        var weights = after.Module.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in before.Encoder.named_parameters())
        {
            Assert.False(parameter.cpu().equal(weights[name]).all().item<bool>(), name);
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void Other_optimizers_train_and_resume(string name)
    {
        PretrainOptions options = TinyRun.Options with
        {
            Optimizer = new OptimizerOptions { Name = EnumText.Parse<OptimizerName>(name), PeakRate = 0.01 },
        };
        TinyRun.Train(folder, "whole", options);
        StopAfter(8, "parts", options);
        new Pretrainer(options).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));
    }

    [Theory]
    [InlineData("fp32", 4, 0)]    // on all cores
    [InlineData("bf16", 8, 0)]
    [InlineData("fp32", 10, 1)]
    public void A_cancelled_run_finishes_its_step_and_resumes_bit_exactly(string precision, int step, int threads)
    {
        PretrainOptions options = TinyRun.Options with
        {
            Precision = EnumText.Parse<Precision>(precision),
            Threads = threads,
        };
        TinyRun.Train(folder, "whole", options);
        StopAfter(step, "parts", options);
        PretrainResult resumed = new Pretrainer(options).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);
        Assert.Equal(12, resumed.Steps);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));
        Assert.Equal(
            File.ReadAllBytes(new RunDirectory(folder.PathOf("whole")).EncoderFile),
            File.ReadAllBytes(new RunDirectory(folder.PathOf("parts")).EncoderFile));
        double[] steps = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("parts")).MetricsFile)
            .Select(m => m["step"])];
        Assert.Equal(steps.Order().Distinct(), steps);
    }

    [Theory]
    [InlineData("fp32", 4)]
    [InlineData("bf16", 6)]   // 5 + 5 + 6
    public void A_run_in_micro_batches_resumes_bit_exactly(string precision, int micro)
    {
        PretrainOptions options = InMicroBatches(micro) with { Precision = EnumText.Parse<Precision>(precision) };
        TinyRun.Train(folder, "whole", options);
        StopAfter(8, "parts", options);
        new Pretrainer(options).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));
        TinyRun.Train(folder, "plain", TinyRun.Options with { Precision = EnumText.Parse<Precision>(precision) });
        Assert.NotEqual(TinyRun.Checkpoint(folder.PathOf("whole")), TinyRun.Checkpoint(folder.PathOf("plain")));
    }

    [Fact]
    public void Tf32_is_fp32_on_the_processor_and_resumes_there()
    {
        PretrainOptions options = TinyRun.Options with { Precision = Precision.Tf32 };
        TinyRun.Train(folder, "fp32", options with { Precision = Precision.Fp32 });
        StopAfter(8, "tf32", options);
        new Pretrainer(options).Run(TinyRun.Images(), folder.PathOf("tf32"), resume: true);
        Assert.Equal(TinyRun.Checkpoint(folder.PathOf("fp32")), TinyRun.Checkpoint(folder.PathOf("tf32")));
        Assert.Equal("tf32", RunRecord.Read(new RunDirectory(folder.PathOf("tf32")).RunFile).Machine.Precision);
    }

    [Fact]
    public void A_micro_batch_as_large_as_the_batch_is_the_plain_run()
    {
        TinyRun.Train(folder, "plain");
        TinyRun.Train(folder, "micro", InMicroBatches(TinyRun.Options.Batch.Size));
        TinyRun.AssertSame(folder.PathOf("plain"), folder.PathOf("micro"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("linear")]
    [InlineData("mlp")]
    public void Every_head_trains_in_micro_batches_and_logs_the_whole_batch(string kind)
    {
        PretrainOptions options = InMicroBatches(4) with
        {
            Head = TinyRun.Options.Head with { Kind = EnumText.Parse<HeadKind>(kind) },
            Optimizer = new OptimizerOptions { PeakRate = 1e-6 },
        };
        PretrainResult result = TinyRun.Train(folder, kind, options);
        Assert.Equal(31, result.Health!.Candidates);
        var metrics = MetricsLog.Read(new RunDirectory(folder.PathOf(kind)).MetricsFile).ToArray();
        Assert.All(metrics, m => Assert.Equal(Math.Log(31), m["chance_loss"], 1e-12));

        // Untrained, the loss is near chance, which exceeds even ln 7, the chance level of a micro-batch.
        Assert.All(metrics, m => Assert.InRange(m["loss"], Math.Log(7), Math.Log(31) + 0.5));
    }

    [Fact]
    public void A_chosen_micro_batch_is_recorded_and_reused_on_resume()
    {
        PretrainOptions options = InMicroBatches(0);
        StopAfter(4, "run", options);
        string file = new RunDirectory(folder.PathOf("run")).RunFile;
        // the whole batch fits
        Assert.Contains("\"micro_batch\": 16", File.ReadAllText(file), StringComparison.Ordinal);

        File.WriteAllText(
            file,
            File.ReadAllText(file).Replace("\"micro_batch\": 16", "\"micro_batch\": 5", StringComparison.Ordinal));
        var log = new ListLogger();
        PretrainOptions less = options with { Batch = options.Batch with { Memory = "1MB" } };
        new Pretrainer(less) { Logger = log }.Run(TinyRun.Images(), folder.PathOf("run"), resume: true);
        Assert.Contains(log.Lines, line => line.Contains("4 micro-batches of at most 5", StringComparison.Ordinal));
    }

    [Fact]
    public void Choosing_the_micro_batch_does_not_change_the_run()
    {
        TinyRun.Train(folder, "plain");
        TinyRun.Train(folder, "auto", InMicroBatches(0));
        TinyRun.AssertSame(folder.PathOf("plain"), folder.PathOf("auto"));
    }

    [Fact]
    public void Memory_for_not_even_two_images_is_refused_before_anything_is_written()
    {
        PretrainOptions options = TinyRun.Options with
        {
            Batch = TinyRun.Options.Batch with { Micro = 0, Memory = "1MB" },
        };
        var error = Assert.Throws<ConfigurationException>(() => TinyRun.Train(folder, "run", options));
        Assert.Contains("1 MB of memory is too little", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(new RunDirectory(folder.PathOf("run")).RunFile));
    }

    [Theory]
    [InlineData(null, "a batch of 16 images at once; batch norm normalizes over all 32 views")]
    [InlineData(4, "4 micro-batches of at most 4; batch norm normalizes over the views of one micro-batch (up to 8)")]
    public void The_run_states_at_its_start_which_views_batch_norm_sees(int? micro, string words)
    {
        var log = new ListLogger();
        new Pretrainer(InMicroBatches(micro)) { Logger = log }.Run(TinyRun.Images(), folder.PathOf("run"));
        Assert.Contains(log.Lines, line => line.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void A_finished_run_can_be_extended_and_explains_the_change_of_the_schedule()
    {
        TinyRun.Train(folder, "run");
        var log = new ListLogger();
        PretrainOptions longer = TinyRun.Options with { Schedule = TinyRun.Options.Schedule with { Epochs = 5 } };
        PretrainResult result = new Pretrainer(longer) { Logger = log }
            .Run(TinyRun.Images(), folder.PathOf("run"), resume: true);
        Assert.Equal(20, result.Steps);
        Assert.Contains(
            log.Lines,
            line => line.Contains("planned for 12 steps and now goes to 20", StringComparison.Ordinal)
                && line.Contains("cosine", StringComparison.Ordinal));
    }

    [Fact]
    public void Views_made_on_the_device_give_the_same_loss_and_do_not_depend_on_the_number_of_workers()
    {
        PretrainOptions options = TinyRun.Options with
        {
            AugmentOn = AugmentationPlace.Device,
            Precision = Precision.Fp32,
            Views = TinyRun.Options.Views with { Blur = true },
        };
        TinyRun.Train(folder, "one", options with { Data = new DataOptions { Workers = 1 } });
        TinyRun.Train(folder, "three", options with { Data = new DataOptions { Workers = 3 } });
        TinyRun.AssertSame(folder.PathOf("one"), folder.PathOf("three"));

        // The loss of the first step: later losses accumulate rounding.
        PretrainOptions single = options with
        {
            Batch = new BatchOptions { Size = 64 },
            Schedule = new ScheduleOptions { Epochs = 1, WarmupEpochs = 0 },
        };
        PretrainResult device = TinyRun.Train(folder, "device", single);
        PretrainResult cpu = TinyRun.Train(folder, "cpu", single with { AugmentOn = AugmentationPlace.Cpu });
        Assert.Equal(cpu.FinalLoss, device.FinalLoss, 1e-3);
    }

    [Fact]
    public void Resuming_with_another_decoder_warns()
    {
        folder.Write(
            "images/a.png",
            EncodedImages.OfColor(new SkiaSharp.SKColor(1, 2, 3), SkiaSharp.SKEncodedImageFormat.Png, 16, 16));
        folder.Write(
            "images/b.png",
            EncodedImages.OfColor(new SkiaSharp.SKColor(9, 2, 3), SkiaSharp.SKEncodedImageFormat.Png, 16, 16));
        PretrainOptions options = TinyRun.Options with { Batch = new BatchOptions { Size = 2 } };
        using ImageDataSet images = DataSets.Open(
            folder.PathOf("images"), new DataOptions { Decoder = JpegDecoder.Skia });
        new Pretrainer(options).Run(images, folder.PathOf("run"));
        string description = File.ReadAllText(new RunDirectory(folder.PathOf("run")).RunFile);
        Assert.Contains("\"decoder\": \"skia\"", description);

        var log = new ListLogger();
        new Pretrainer(options) { Logger = log }.Run(images, folder.PathOf("run"), resume: true);
        Assert.DoesNotContain(log.Lines, line => line.Contains("bit-exact", StringComparison.Ordinal));
        File.WriteAllText(
            new RunDirectory(folder.PathOf("run")).RunFile,
            description.Replace("\"decoder\": \"skia\"", "\"decoder\": \"turbojpeg\""));
        new Pretrainer(options) { Logger = log }.Run(images, folder.PathOf("run"), resume: true);
        Assert.Contains(log.Lines, line => line.Contains(
            "with turbojpeg and continues with skia: it may not be bit-exact", StringComparison.Ordinal));
    }

    [Fact]
    public void Resuming_a_finished_run_changes_nothing()
    {
        TinyRun.Train(folder, "run");
        byte[] before = TinyRun.Checkpoint(folder.PathOf("run"));
        PretrainResult again = new Pretrainer(TinyRun.Options)
            .Run(TinyRun.Images(), folder.PathOf("run"), resume: true);
        Assert.Equal(12, again.Steps);
        Assert.Equal(before, TinyRun.Checkpoint(folder.PathOf("run")));
    }

    [Fact]
    public void Resuming_with_another_configuration_names_the_keys()
    {
        TinyRun.Train(folder, "run");
        PretrainOptions other = TinyRun.Options with { Loss = new LossOptions { Temperature = 0.1 }, Seed = 3 };
        var error = Assert.Throws<ResumeMismatchException>(
            () => new Pretrainer(other).Run(TinyRun.Images(), folder.PathOf("run"), resume: true));
        Assert.Contains("loss.temperature: the run has 0.5, now 0.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("seed: the run has 0, now 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, error.ExitCode);
    }

    [Fact]
    public void Resuming_on_other_data_is_refused()
    {
        TinyRun.Train(folder, "run");
        Assert.Throws<ResumeMismatchException>(
            () => new Pretrainer(TinyRun.Options).Run(TinyRun.Images(63), folder.PathOf("run"), resume: true));
    }

    [Fact]
    public void A_directory_with_a_run_or_other_files_is_left_alone()
    {
        TinyRun.Train(folder, "run");
        var taken = Assert.Throws<ConfigurationException>(() => TinyRun.Train(folder, "run"));
        Assert.Contains("resume: true", taken.Message, StringComparison.Ordinal);
        folder.Write("other/letter.txt", "mine");
        Assert.Throws<ConfigurationException>(() => TinyRun.Train(folder, "other"));
        Assert.Equal("mine", File.ReadAllText(folder.PathOf("other/letter.txt")));
    }

    [Fact]
    public void Divergence_stops_the_run_names_step_and_cause_and_keeps_the_last_good_checkpoint()
    {
        PretrainOptions good = TinyRun.Options with
        {
            Optimizer = new OptimizerOptions { Name = OptimizerName.Sgd, PeakRate = 1e-3 },
        };
        StopAfter(4, "run", good);
        string checkpoint = new RunDirectory(folder.PathOf("run")).LatestCheckpoint()!;
        Poison(checkpoint);
        var error = Assert.Throws<DivergenceException>(
            () => new Pretrainer(good).Run(TinyRun.Images(), folder.PathOf("run"), resume: true));
        Assert.Equal(4, error.ExitCode);
        Assert.Contains("step 5 ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Likely cause", error.Message, StringComparison.Ordinal);
        Assert.Contains(checkpoint, error.Message, StringComparison.Ordinal);
        Assert.Equal(checkpoint, new RunDirectory(folder.PathOf("run")).LatestCheckpoint());
        Assert.False(File.Exists(new RunDirectory(folder.PathOf("run")).EncoderFile));
    }

    [Fact]
    public void A_rate_far_too_high_is_reported_as_such()
    {
        PretrainOptions wild = TinyRun.Options with
        {
            Optimizer = new OptimizerOptions { Name = OptimizerName.Sgd, PeakRate = 1e30 },
        };
        var error = Assert.Throws<DivergenceException>(() => TinyRun.Train(folder, "run", wild));
        Assert.Contains("rate", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_encoder_is_trained()
    {
        using var own = new CustomEncoder();
        PretrainOptions options = TinyRun.Options with { Precision = Precision.Fp32 };
        new Pretrainer(options, own).Run(TinyRun.Images(), folder.PathOf("run"));
        Assert.Throws<DataException>(() => TrainedEncoder.Load(folder.PathOf("run")));
        using var again = new CustomEncoder();
        using TrainedEncoder loaded = TrainedEncoder.Load(folder.PathOf("run"), customEncoder: again);
        using Tensor x = rand(2, 3, 12, 12);
        own.eval();
        Assert.Equal(0, own.forward(x).sub(loaded.Module.forward(x)).abs().max().item<float>());
    }

    [Fact]
    public void A_custom_layer_that_starts_at_zero_is_not_adapted_even_after_resuming()
    {
        PretrainOptions options = TinyRun.Options with { Precision = Precision.Fp32, Threads = 1 };
        using ResidualEncoder whole = Start();
        new Pretrainer(options, whole).Run(TinyRun.Images(), folder.PathOf("whole"));
        Assert.Equal(
            ["encoder.residual.weight"], RunRecord.Read(new RunDirectory(folder.PathOf("whole")).RunFile).NotAdapted!);

        using ResidualEncoder parts = Start();
        using var stop = new CancellationTokenSource();
        var trainer = new Pretrainer(options, parts) { Progress = new Reporter(_ => stop.Cancel()) };
        Assert.Throws<OperationCanceledException>(
            () => trainer.Run(TinyRun.Images(), folder.PathOf("parts"), cancellation: stop.Token));
        new Pretrainer(options, parts).Run(TinyRun.Images(), folder.PathOf("parts"), resume: true);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));

        static ResidualEncoder Start()
        {
            random.manual_seed(0);
            return new ResidualEncoder();
        }
    }

    [Fact]
    public void Initial_weights_are_loaded_strictly_and_a_classifier_is_ignored()
    {
        TinyRun.Train(folder, "first");
        using TrainedEncoder first = TrainedEncoder.Load(folder.PathOf("first"));
        var tensors =
            ModuleState.Enumerate(first.Module).Append(KeyValuePair.Create("fc.weight", ones(3, 3))).ToArray();
        SafetensorsFile.Write(folder.PathOf("start.safetensors"), tensors, new Dictionary<string, string>());

        PretrainOptions options = TinyRun.Options with
        {
            Encoder = TinyRun.Options.Encoder with { Weights = folder.PathOf("start.safetensors") },
            Optimizer = new OptimizerOptions { PeakRate = 1e-30 },
        };
        TinyRun.Train(folder, "second", options);
        using TrainedEncoder second = TrainedEncoder.Load(folder.PathOf("second"));
        foreach (var (name, parameter) in first.Module.named_parameters())
        {
            Assert.True(parameter.allclose(second.Module.get_parameter(name)!), name);
        }

        PretrainOptions wider = options with { Encoder = options.Encoder with { Width = 0.125 } };
        Assert.Throws<DataException>(() => TinyRun.Train(folder, "third", wider));
    }

    [Fact]
    public void Weights_that_expect_other_pixels_are_reported()
    {
        TinyRun.Train(folder, "first");
        PretrainOptions options = TinyRun.Options with
        {
            Encoder = TinyRun.Options.Encoder with { Weights = folder.PathOf("first/encoder.safetensors") },
        };
        var same = new ListLogger();
        new Pretrainer(options) { Logger = same }.Run(TinyRun.Images(), folder.PathOf("second"));
        var other = new ListLogger();
        new Pretrainer(options with { Views = options.Views with { Normalize = Normalization.ImageNet } })
        {
            Logger = other,
        }.Run(TinyRun.Images(), folder.PathOf("third"));

        Assert.DoesNotContain(same.Lines, line => line.Contains("expect pixels", StringComparison.Ordinal));
        Assert.Contains(other.Lines, line => line.Contains(
            "trained with pixel normalization none, but views.normalize is imagenet", StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_are_used_only_for_progress()
    {
        ImageDataSet labeled = TinyRun.Images(128);
        new Pretrainer(TinyRun.Options).Run(labeled, folder.PathOf("labeled"));
        new Pretrainer(TinyRun.Options).Run(new WithoutLabels(labeled), folder.PathOf("unlabeled"));
        TinyRun.AssertSame(folder.PathOf("labeled"), folder.PathOf("unlabeled"));
        Assert.Contains(
            MetricsLog.Read(new RunDirectory(folder.PathOf("labeled")).MetricsFile), m => m.ContainsKey("knn"));
        Assert.DoesNotContain(
            MetricsLog.Read(new RunDirectory(folder.PathOf("unlabeled")).MetricsFile), m => m.ContainsKey("knn"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(6)]
    public void Steps_leave_no_live_tensors_behind(int? micro)
    {
        var counts = new List<long>();
        var progress = new Reporter(_ => counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        PretrainOptions options = InMicroBatches(micro) with
        {
            Schedule = new ScheduleOptions { Epochs = 12, WarmupEpochs = 1 },
        };
        new Pretrainer(options) { Progress = progress }.Run(TinyRun.Images(), folder.PathOf("run"));
        Assert.True(counts.Count > 10);
        Assert.Single(counts.Skip(2).Distinct());
    }

    private static PretrainOptions InMicroBatches(int? micro)
        => TinyRun.Options with { Batch = TinyRun.Options.Batch with { Micro = micro } };

    // Progress is reported at the end of an epoch (4, 8, 12) and at every tenth step: the run can be stopped there.
    private void StopAfter(int step, string name, PretrainOptions options)
    {
        using var stop = new CancellationTokenSource();
        var trainer = new Pretrainer(options)
        {
            Progress = new Reporter(p =>
            {
                if (p.Step == step)
                {
                    stop.Cancel();
                }
            }),
        };
        Assert.Throws<OperationCanceledException>(
            () => trainer.Run(TinyRun.Images(), folder.PathOf(name), cancellation: stop.Token));
        Assert.EndsWith(
            $"{step:D9}.safetensors",
            new RunDirectory(folder.PathOf(name)).LatestCheckpoint(),
            StringComparison.Ordinal);
    }

    private static void Poison(string checkpoint)
    {
        using SafetensorsFile content = SafetensorsFile.Read(checkpoint);
        var tensors = content.Tensors.ToDictionary();
        using var _ = no_grad();
        tensors["encoder.conv1.weight"].fill_(float.NaN);
        SafetensorsFile.Write(checkpoint, [.. tensors], content.Metadata);
    }
}
