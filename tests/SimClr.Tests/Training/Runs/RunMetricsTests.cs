using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class RunMetricsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private RunDirectory Run => new(folder.PathOf("run"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Logged_steps_say_how_far_and_how_heavy_the_run_is()
    {
        TinyRun.Train(folder, "run");
        IReadOnlyDictionary<string, double>[] rows = [.. Run.ReadMetrics()];

        Assert.Equal([1, 2, 2.5, 3], rows.Select(row => row["epochs_done"]));
        Assert.Equal([1, 2, 3, 3], rows.Select(row => row["epoch"]));   // as before
        Assert.Equal(rows.Select(row => row["seconds"]).Order(), rows.Select(row => row["seconds"]));
        Assert.All(rows, row => Assert.InRange(row["memory"], 1e7, 1e12));
        Assert.All(rows, row => Assert.True(row["gradient_norm"] > 0));
        Assert.Equal(!TestDevice.IsCpu, rows[0].ContainsKey("device_memory"));
    }

    [Fact]
    public void Seconds_go_on_where_the_earlier_session_ended_and_logs_of_earlier_versions_have_none()
    {
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(
                () => new Pretrainer(TinyRun.Options) { Progress = new Reporter(_ => stop.Cancel()) }
                    .Run(TinyRun.Images(), Run.Root, cancellation: stop.Token));
        }

        IReadOnlyDictionary<string, double> before = Assert.Single(Run.ReadMetrics());
        var edited = new Dictionary<string, double>(before) { ["seconds"] = 1000 };
        File.WriteAllText(Run.MetricsFile, JsonSerializer.Serialize(edited) + "\n");
        new Pretrainer(TinyRun.Options).Run(TinyRun.Images(), Run.Root, resume: true);
        Assert.All(Run.ReadMetrics().Skip(1), row => Assert.InRange(row["seconds"], 1000, 2000));

        foreach (string key in new[] { "seconds", "epochs_done", "memory", "gradient_norm" })
        {
            edited.Remove(key);
        }

        folder.Write("old/metrics.jsonl", JsonSerializer.Serialize(edited) + "\n");
        using var log = new MetricsLog(folder.PathOf("old/metrics.jsonl"), folder.PathOf("old/tensorboard"), 4);
        Assert.Equal(0, log.SecondsBefore);
    }

    [Fact]
    public void The_gradient_norm_is_that_of_all_parameters_together()
    {
        using var scope = NewDisposeScope();
        using var model = new TwoParameters();
        using var optimizer = new Sgd(ParameterGroups.FromModule(model));
        optimizer.ZeroGradients();
        model.Weight.grad!.copy_(tensor(new float[] { 1, 2, 2, 0 }).reshape(2, 2));   // ‖·‖² = 9
        model.Bias.grad!.copy_(tensor(new float[] { 0, 4 }));                         // ‖·‖² = 16
        var state = new TrainingState(
            model, optimizer, new LearningRateSchedule(64, 1, 16, 0, 1), totalSteps: 4);
        state.ContinueFrom(3, null, World.Solo);
        Directory.CreateDirectory(Run.Root);
        using (var log = new MetricsLog(Run.MetricsFile, Run.TensorBoardFolder, 0))
        {
            var meter = new RunMeter(
                0, new RunCalendar(4, 4, new CheckpointOptions()), TinyRun.Options, null, log, new ListLogger())
            {
                Judge = _ => new RunHealth(1, 3, 1, 31, 0.5, 0.5),
            };
            meter.OnGradient(new StepOutcome(zeros(1), zeros(1), zeros(1), zeros(1)), state);
            state.Advance();
            meter.OnStep(state);
        }

        Assert.Equal(5, Assert.Single(Run.ReadMetrics())["gradient_norm"], 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Originals_are_searched_with_and_without_labels_and_kNN_needs_labels(bool labeled)
    {
        ImageDataSet images = TinyRun.Images(160);
        new Pretrainer(TinyRun.Options).Run(labeled ? images : new WithoutLabels(images), Run.Root);
        IReadOnlyDictionary<string, double>[] ends = [.. Run.ReadMetrics().Where(row => row["step"] % 10 == 0)];

        Assert.Equal([10, 20, 30], ends.Select(row => row["step"]));
        Assert.All(ends, row => Assert.InRange(row["find_original"], 1 / 32.0, 1));   // of 32 images
        Assert.All(ends, row => Assert.Equal(row["find_original"] * 32, Math.Round(row["find_original"] * 32), 1e-9));
        Assert.All(ends, row => Assert.Equal(labeled, row.ContainsKey("knn")));
    }

    private sealed class TwoParameters : nn.Module<Tensor, Tensor>
    {
        public TwoParameters()
            : base(nameof(TwoParameters)) => RegisterComponents();

        public Parameter Weight { get; } = nn.Parameter(zeros(2, 2));

        public Parameter Bias { get; } = nn.Parameter(zeros(2));

        public override Tensor forward(Tensor input) => input;
    }
}
