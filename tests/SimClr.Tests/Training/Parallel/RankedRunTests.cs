using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Distributed;
using SimClr.Tests.Data;
using SimClr.Tests.Distributed;
using SimClr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

/// <summary>Whole runs by several ranks: their files, interruptions, and resumption.</summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class RankedRunTests : IDisposable
{
    private static readonly PretrainOptions Options = TinyRun.Options with
    {
        Precision = Precision.Fp32,
        OnlineLinear = true,
        Threads = 1,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_in_double_equals_that_of_one_process_even_if_resumed_with_other_ranks()
    {
        InDouble("one", 1);
        InDouble("two", 2);
        InDouble("mixed", 2, stopAfter: 8);
        InDouble("mixed", 4, resume: true);
        AssertSteps("mixed", 12);
        Dictionary<string, double[]> one = State("one");
        Assert.Contains("probe.layer.weight", one.Keys);
        foreach (string other in new[] { "two", "mixed" })
        {
            Dictionary<string, double[]> state = State(other);
            Assert.Equal(one.Keys, state.Keys);
            foreach (string part in new[] { "encoder.", "head.", "optimizer.", "probe." })
            {
                double distance = RankedModel.Distance(Joined(state, part), Joined(one, part));
                Assert.True(distance <= 1e-6, $"{other}, {part}: {distance}");
            }
        }
    }

    [Fact]
    public void A_run_repeated_or_interrupted_and_resumed_ends_with_the_same_bytes()
    {
        Ranked("whole", 2);
        Ranked("again", 2);
        using (var stop = new CancellationTokenSource())
        {
            // Reported on the first rank at the end of an epoch; the others stop at the same step.
            var progress = new Reporter(_ => stop.Cancel());
            var error = Assert.Throws<OperationCanceledException>(() => Ranked("resumed", 2, rank => rank == 0
                ? (progress, stop.Token)
                : (null, CancellationToken.None)));
            Assert.StartsWith(
                $"stopped after step {TinyRun.StepsPerEpoch} of 12; the checkpoint is ",
                error.Message,
                StringComparison.Ordinal);
        }

        Ranked("resumed", 2, resume: true);
        byte[] whole = TinyRun.Checkpoint(folder.PathOf("whole"));
        Assert.Equal(whole, TinyRun.Checkpoint(folder.PathOf("again")));
        Assert.Equal(whole, TinyRun.Checkpoint(folder.PathOf("resumed")));
        Assert.Equal(
            File.ReadAllBytes(FileOf("whole", "encoder.safetensors")),
            File.ReadAllBytes(FileOf("resumed", "encoder.safetensors")));
    }

    [Fact]
    public void The_first_rank_writes_the_run_and_its_share_of_communication_time()
    {
        PretrainResult[] results = Ranked("run", 2);
        IReadOnlyDictionary<string, double>[] metrics = [.. MetricsLog.Read(FileOf("run", "metrics.jsonl"))];
        Assert.Equal([4.0, 8, 10, 12], metrics.Select(m => m["step"]));
        Assert.All(metrics, m => Assert.InRange(m["communication_wait"], 0, 1));
        Assert.All(metrics, m => Assert.InRange(m["communication"], 0, 2));
        Assert.All(metrics, m => Assert.InRange(m["online_linear"], 0, 1));
        Assert.Equal(2, RunRecord.Read(FileOf("run", "run.json")).Machine.Ranks);
        Assert.Equal(results[0].FinalLoss, results[1].FinalLoss, 1e-6);
        Assert.Equal(results[0].OnlineTop1, results[1].OnlineTop1);
        Assert.Equal(results[0].Health, results[1].Health);
    }

    [Fact]
    public void Ranks_that_share_the_cores_resume_with_as_many_threads_each_without_a_warning()
    {
        PretrainOptions options = Options with { Threads = 0 };
        Ranked("run", 2, options: options);
        var log = new ListLogger();
        ThreadRanks.Run(
            2,
            ranks => new Pretrainer(options) { Communicator = ranks, Logger = ranks.Rank == 0 ? log : new ListLogger() }
                .Run(TinyRun.Images(), folder.PathOf("run"), resume: true));
        Assert.Contains(log.Lines, line => line.StartsWith("Resuming after step ", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("bit-exact", StringComparison.Ordinal));
        Assert.Equal(
            Math.Max(1, Environment.ProcessorCount / 2), RunRecord.Read(FileOf("run", "run.json")).Machine.Threads);
    }

    [Fact]
    public void With_batch_norm_per_rank_all_ranks_still_end_with_one_model()
    {
        string[] files = ["one", "two"];
        foreach (string name in files)
        {
            Ranked(name, 2, options: Options with { Batch = Options.Batch with { Norm = BatchNormScope.Rank } });
        }

        TinyRun.AssertSame(folder.PathOf("one"), folder.PathOf("two"));
        Ranked("global", 2);
        Assert.NotEqual(TinyRun.Checkpoint(folder.PathOf("one")), TinyRun.Checkpoint(folder.PathOf("global")));
        Assert.Contains("\"norm\": \"rank\"", File.ReadAllText(FileOf("one", "run.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_that_were_started_differently_are_refused_with_the_difference()
    {
        var error = Assert.Throws<ConfigurationException>(() => ThreadRanks.Run(3, ranks =>
        {
            PretrainOptions options = ranks.Rank == 2
                ? Options with { Loss = Options.Loss with { Temperature = 0.25 } }
                : Options;
            Expect(
                ranks,
                () => Trainer(ranks, options).Run(TinyRun.Images(ranks.Rank == 1 ? 48 : 64), folder.PathOf("run")));
        }));
        Assert.Contains("  images: rank 0 has 64, rank 1 has 48", error.Message, StringComparison.Ordinal);
        Assert.Contains("  fingerprint of the data: rank 0 has ", error.Message, StringComparison.Ordinal);
        Assert.Contains("  loss.temperature: rank 0 has 0.5, rank 2 has 0.25", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.PathOf("run")));
    }

    [Fact]
    public void Machine_settings_may_differ_between_ranks()
        => Assert.All(
            ThreadRanks.Run(
                2, ranks => Trainer(ranks, Options with { Data = Options.Data with { Workers = 1 + ranks.Rank } })
                    .Run(TinyRun.Images(), folder.PathOf("run"))),
            result => Assert.Equal(12, result.Steps));

    [Fact]
    public void An_error_on_the_first_rank_stops_all_ranks()
    {
        Ranked("run", 2);
        Assert.Throws<ConfigurationException>(() => ThreadRanks.Run(2, ranks =>
        {
            Exception error = Assert.ThrowsAny<SimClrException>(
                () => Trainer(ranks, Options).Run(TinyRun.Images(), folder.PathOf("run")));
            Assert.True(RankErrors.IsCollective(error));
            if (ranks.Rank == 0)
            {
                throw error;
            }

            Assert.Equal(2, Assert.IsType<PeerException>(error).ExitCode);
        }));
    }

    [Fact]
    public void A_data_error_on_one_rank_stops_all_ranks()
    {
        var error = Assert.Throws<PeerException>(() => ThreadRanks.Run(2, ranks =>
        {
            PretrainResult Run()
                => Trainer(ranks, Options with { Data = Options.Data with { Cache = DataCache.Always } })
                    .Run(ranks.Rank == 1 ? new Unreadable(TinyRun.Images()) : TinyRun.Images(), folder.PathOf("run"));
            if (ranks.Rank == 1)
            {
                Assert.Throws<DataException>(Run);
                return;
            }

            Run();
        }));
        Assert.StartsWith("rank 1: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, error.ExitCode);
    }

    [Fact]
    public void Weights_that_differ_are_noticed_before_a_checkpoint_is_written()
    {
        var error = Assert.Throws<CommunicationException>(() => ThreadRanks.Run(3, communicator =>
        {
            using Tensor weights = ones(1001);
            var ranks = new RankedWorld(communicator);
            ranks.CheckWeights([weights], 4);
            weights[1000].fill_(communicator.Rank == 2 ? 1.0000001 : 1);
            ranks.CheckWeights([weights], 5);
        }));
        Assert.StartsWith(
            "the weights of rank 2 differ from those of rank 0 after step 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_within_a_backward_pass_is_thrown_after_it()
    {
        Exception[] errors = ThreadRanks.Run(2, communicator =>
        {
            using var scope = NewDisposeScope();
            var ranks = new RankedWorld(communicator);
            Tensor x = ones(3).requires_grad_();
            Tensor y =
                BackwardHook.Attach(x, () => throw new CommunicationException("the cable is out"), ranks).mul(2).sum();
            Exception error = Assert.Throws<CommunicationException>(
                () => ranks.Backward(() => y.backward(), last: true));
            Assert.Equal(6, x.grad!.sum().item<float>());
            ranks.Backward(() => x.mul(2).sum().backward(), last: false);   // it is thrown once
            return error;
        });
        Assert.All(errors, error => Assert.Equal("the cable is out", error.Message));
    }

    [Fact]
    public void An_automatic_micro_batch_needs_a_memory_limit()
    {
        var error = Assert.Throws<ConfigurationException>(() => ThreadRanks.Run(2, ranks =>
            Expect(ranks, () => Trainer(ranks, Options with { Batch = new BatchOptions { Size = 16, Micro = 0 } })
                .Run(TinyRun.Images(), folder.PathOf("run")))));
        Assert.Contains("set Batch.Memory (for example 8GB per rank)", error.Message, StringComparison.Ordinal);
    }

    private static void Expect(ICommunicator ranks, Action run)
    {
        // The test is about the first rank's error; it ends the other ranks.
        if (ranks.Rank == 0)
        {
            run();
        }
        else
        {
            Assert.ThrowsAny<SimClrException>(run);
        }
    }

    private static Pretrainer Trainer(
        ICommunicator ranks, PretrainOptions options, IProgress<PretrainProgress>? progress = null)
        => new(options) { Communicator = ranks, Progress = progress };

    private PretrainResult[] Ranked(
        string name,
        int size,
        Func<int, (IProgress<PretrainProgress>? Progress, CancellationToken Stop)>? stop = null,
        bool resume = false,
        PretrainOptions? options = null)
        => ThreadRanks.Run(size, ranks =>
        {
            (IProgress<PretrainProgress>? progress, CancellationToken token) = stop?.Invoke(ranks.Rank)
                ?? (null, CancellationToken.None);
            return Trainer(ranks, options ?? Options, progress)
                .Run(TinyRun.Images(), folder.PathOf(name), resume, token);
        });

    /// <summary>The same loop with the model in double precision.</summary>
    private void InDouble(string name, int size, bool resume = false, int? stopAfter = null)
    {
        void Run(ICommunicator ranks)
        {
            using var stop = new CancellationTokenSource();
            int told = 0;
            var loop = new TrainingSession(
                Options, RunRecord.Pretraining, device => new DoubleTask(ContrastiveTask.Create(Options, device, null)))
            {
                Communicator = ranks,
                Progress = new Reporter(_ =>
                {
                    told += TinyRun.StepsPerEpoch;
                    if (told == stopAfter)
                    {
                        stop.Cancel();
                    }
                }),
            };
            try
            {
                loop.Run(TinyRun.Images(), folder.PathOf(name), resume, stop.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.NotNull(stopAfter);
            }
        }

        if (size == 1)
        {
            Run(SingleProcess.Instance);
        }
        else
        {
            ThreadRanks.Run(size, Run);
        }
    }

    private void AssertSteps(string name, int steps)
        => Assert.EndsWith(
            $"{steps:D9}.safetensors",
            new RunDirectory(folder.PathOf(name)).LatestCheckpoint(),
            StringComparison.Ordinal);

    private Dictionary<string, double[]> State(string name)
    {
        using SafetensorsFile content = SafetensorsFile.Read(new RunDirectory(folder.PathOf(name)).LatestCheckpoint()!);
        using var scope = NewDisposeScope();
        return content.Tensors.OrderBy(t => t.Key, StringComparer.Ordinal)
            .ToDictionary(t => t.Key, t => t.Value.to_type(ScalarType.Float64).contiguous().data<double>().ToArray());
    }

    private static double[] Joined(Dictionary<string, double[]> state, string prefix)
        => [.. state.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(s => s.Value)];

    private string FileOf(string run, string name) => Path.Combine(folder.PathOf(run), name);

    /// <summary>A task whose model and views are in double precision.</summary>
    private sealed class DoubleTask(ContrastiveTask inner) : ITrainingTask
    {
        public int ViewsPerImage => inner.ViewsPerImage;

        public nn.Module Model { get; } = inner.Model.to(ScalarType.Float64);

        public nn.Module<Tensor, Tensor> Encoder => inner.Encoder;

        public int RepresentationSize => inner.RepresentationSize;

        public Tensor Output(Tensor views) => inner.Output(views);

        public IGradientStep Step(RankShare share, World world) => new DoubleStep(inner.Step(share, world));

        public RunHealth Health(StepOutcome step)
            => inner.Health(step with
            {
                Loss = step.Loss.to_type(ScalarType.Float32),
                H = step.H.to_type(ScalarType.Float32),
                Output = step.Output.to_type(ScalarType.Float32),
            });

        public void Save(RunDirectory run, TrainedEncoder encoder) => inner.Save(run, encoder);

        public void Dispose() => inner.Dispose();
    }

    private sealed class DoubleStep(IGradientStep inner) : IGradientStep
    {
        public void Dispose() => inner.Dispose();

        public StepOutcome Compute(Func<ViewBatch> nextViews)
            => inner.Compute(() => nextViews() is var batch
                ? batch with { Views = batch.Views.to_type(ScalarType.Float64) }
                : default);
    }

    private sealed class Unreadable(ImageDataSet images) : DelegatingDataSet(images)
    {
        public override bool IsDecoded => false;

        public override RgbImage Read(int index) => throw new UnreadableImageException(PathOf(index), "it is torn");
    }
}
