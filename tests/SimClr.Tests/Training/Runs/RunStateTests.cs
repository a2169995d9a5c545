using System.Diagnostics;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class RunStateTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();

    private RunDirectory Run => new(folder.PathOf("run"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_is_finished_once_its_encoder_is_written()
    {
        TinyRun.Train(folder, "run");
        RunState state = RunState.Find(Run)!;
        Assert.Equal((RunStatus.Finished, 12, 12), (state.Status, state.Step, state.Steps));
        Assert.Equal((3.0, 3), (state.Epoch, state.Epochs));
        Assert.Equal((Environment.ProcessId, Environment.MachineName), (state.Process, state.Host));
        Assert.True(state.Started <= state.Updated);
        Assert.Null(state.Reason);
    }

    [Fact]
    public void A_run_is_running_while_it_trains_stopped_when_it_is_interrupted_and_running_again_when_it_resumes()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<RunStatus>();
        Assert.Throws<OperationCanceledException>(() => Train(
            resume: false,
            () =>
            {
                seen.Add(RunSummary.Read(Run.Root).Status);
                stop.Cancel();
            },
            stop.Token));
        RunState stopped = RunState.Find(Run)!;
        Train(resume: true, () => seen.Add(RunState.Find(Run)!.Status), CancellationToken.None);
        RunState finished = RunState.Find(Run)!;

        Assert.Equal((RunStatus.Stopped, 4), (stopped.Status, stopped.Step));
        Assert.StartsWith("stopped after step 4 of 12", stopped.Reason);
        Assert.Equal((RunStatus.Finished, 12), (finished.Status, finished.Step));
        Assert.Equal(stopped.Started, finished.Started);
        Assert.NotEmpty(seen);
        Assert.All(seen, status => Assert.Equal(RunStatus.Running, status));
    }

    [Fact]
    public void A_run_whose_loss_is_not_finite_has_diverged()
    {
        PretrainOptions wild = TinyRun.Options with
        {
            Optimizer = new OptimizerOptions { Name = OptimizerName.Sgd, PeakRate = 1e30 },
        };
        Assert.Throws<DivergenceException>(() => TinyRun.Train(folder, "run", wild));
        RunState state = RunState.Find(Run)!;
        Assert.Equal(RunStatus.Diverged, state.Status);
        Assert.StartsWith("training diverged: ", state.Reason);
        Assert.Equal(RunStatus.Diverged, state.StatusAt(Noon));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_one_warning_and_training_goes_on()
    {
        var logger = new ListLogger();
        PretrainOptions options = TinyRun.Options;
        new Pretrainer(options) { Progress = new Reporter(_ => Obstruct()), Logger = logger }
            .Run(TinyRun.Images(), Run.Root);
        Assert.True(File.Exists(Run.EncoderFile));
        Assert.Single(logger.Lines, line => line.Contains("state.json cannot be written", StringComparison.Ordinal));

        void Obstruct()
        {
            if (File.Exists(Run.StateFile))
            {
                File.Delete(Run.StateFile);
            }

            Directory.CreateDirectory(Path.Combine(Run.StateFile, "in the way"));
        }
    }

    [Fact]
    public void The_heartbeat_stores_the_step()
    {
        Directory.CreateDirectory(Run.Root);
        var clock = new ManualClock { Now = Noon };
        using (var writer = new StateWriter(
            Run, new RunCalendar(4, 12, new CheckpointOptions()), 3, new ListLogger(), clock))
        {
            clock.Now = Noon.AddSeconds(10);
            clock.Tick!();
            RunState state = RunState.Find(Run)!;
            Assert.Equal((RunStatus.Running, 3, 0.75), (state.Status, state.Step, state.Epoch));
            Assert.Equal((Noon, clock.Now), (state.Started, state.Updated));
        }

        Assert.Equal(RunStatus.Stopped, RunState.Find(Run)!.Status);
        clock.Now = Noon.AddSeconds(20);
        clock.Tick!();   // a timer may fire once more
        Assert.Equal(Noon.AddSeconds(10), RunState.Find(Run)!.Updated);
    }

    [Theory]
    [InlineData(4.9, RunStatus.Running)]
    [InlineData(5.1, RunStatus.Lost)]
    public void On_another_machine_a_run_is_lost_without_a_heartbeat(double minutes, RunStatus expected)
    {
        RunState state = State(Environment.ProcessId) with { Host = "elsewhere" };
        Assert.Equal(expected, state.StatusAt(Noon.AddMinutes(minutes)));
        Assert.Equal(
            RunStatus.Finished, (state with { Status = RunStatus.Finished }).StatusAt(Noon.AddMinutes(minutes)));
    }

    [Fact]
    public void On_this_machine_a_run_is_lost_with_its_process()
    {
        using (Process ended = Process.Start(new ProcessStartInfo("true"))!)
        {
            ended.WaitForExit();
            Assert.Equal(RunStatus.Lost, State(ended.Id).StatusAt(Noon));
        }

        using var self = Process.GetCurrentProcess();
        DateTimeOffset begin = self.StartTime.ToUniversalTime();
        RunState mine = State(self.Id) with { Updated = begin };
        Assert.Equal(RunStatus.Running, mine.StatusAt(begin.AddDays(1)));

        // The ID of an earlier process.
        Assert.Equal(RunStatus.Lost, (mine with { Updated = begin.AddMinutes(-1) }).StatusAt(begin));
    }

    [Fact]
    public void A_state_of_a_later_version_is_read_and_a_damaged_one_is_named()
    {
        folder.Write("run/state.json", """
            {"status": "running", "step": 1, "steps": 2, "epoch": 0.5, "epochs": 1, "process": 1, "host": "x",
             "started": "2030-01-01T12:00:00+00:00", "updated": "2030-01-01T12:00:00+00:00", "mood": "good"}
            """);
        Assert.Equal(State(1) with { Host = "x" }, RunState.Find(Run));
        folder.Write("run/state.json", """{"status": "running", "st""");
        Assert.Contains("state.json", Assert.Throws<DataException>(() => RunState.Find(Run)).Message);
        folder.Write("run/state.json", """{"status": "running"}""");
        Assert.Throws<DataException>(() => RunState.Find(Run));
    }

    private static RunState State(int process)
        => new(RunStatus.Running, 1, 2, 0.5, 1, process, Environment.MachineName, Noon, Noon);

    private void Train(bool resume, Action report, CancellationToken stop)
        => new Pretrainer(TinyRun.Options) { Progress = new Reporter(_ => report()) }
            .Run(TinyRun.Images(), Run.Root, resume, stop);

    private sealed class ManualClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public Action? Tick { get; private set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), (dueTime, period));
            Tick = () => callback(state);
            return TimeProvider.System.CreateTimer(
                _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
