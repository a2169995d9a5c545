using System.Text.Json.Nodes;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Optimizers;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

/// <summary>
/// Runs started by an earlier version keep its rules: its schedule, and LARS on weights that start at zero.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class EarlierRunTests : IDisposable
{
    private const int Images = 40;   // two of 16 a step and eight left out: 2 steps an epoch, counted as 2.5

    private static readonly PretrainOptions Options = TinyRun.Options with
    {
        Schedule = new ScheduleOptions { Epochs = 6, WarmupEpochs = 2 },
        Threads = 1,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void They_resume_bit_exactly_with_the_rates_of_that_version_and_report_it()
    {
        Describe("whole");
        Describe("parts");
        List<string> lines = Resume("whole", Options);
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(
                () => new SupervisedTrainer(Options) { Progress = new Reporter(p => Cancel(p, stop)) }
                    .Run(TinyRun.Images(Images), folder.PathOf("parts"), resume: true, stop.Token));
        }

        _ = Resume("parts", Options);
        TinyRun.AssertSame(folder.PathOf("whole"), folder.PathOf("parts"));
        Assert.DoesNotContain("scheduled_steps", File.ReadAllText(RunFile("whole")), StringComparison.Ordinal);
        Assert.DoesNotContain("not_adapted", File.ReadAllText(RunFile("whole")), StringComparison.Ordinal);

        // Warm-up of 5 steps, then a cosine over 11 of which training takes 7; steps 2, 4, 6, 8, 10 and 12 are logged.
        double[] rates = [.. MetricsLog.Read(new RunDirectory(folder.PathOf("whole")).MetricsFile)
            .Select(m => m["learning_rate"])];
        double[] expected = [0.2, 0.6, 1, 0.9206, 0.7077, 0.4288];
        Assert.All(expected.Zip(rates), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Contains(
            lines, line => line.Contains("the schedule has 16 steps and the run 12", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("LARS adapts the classification layer", StringComparison.Ordinal));
    }

    [Fact]
    public void They_differ_from_current_runs()
    {
        Describe("earlier");
        Assert.NotEmpty(Resume("earlier", Options));
        new SupervisedTrainer(Options).Run(TinyRun.Images(Images), folder.PathOf("now"));
        Assert.NotEqual(TinyRun.Checkpoint(folder.PathOf("now")), TinyRun.Checkpoint(folder.PathOf("earlier")));
        JsonNode now = JsonNode.Parse(File.ReadAllText(RunFile("now")))!;
        Assert.Equal(12, now["scheduled_steps"]!.GetValue<long>());
        Assert.Equal(
            ["classifier.layer.weight"], now["not_adapted"]!.AsArray().Select(name => name!.GetValue<string>()));
    }

    private static void Cancel(PretrainProgress progress, CancellationTokenSource stop)
    {
        if (progress.Step == 6)
        {
            stop.Cancel();
        }
    }

    private string RunFile(string name) => new RunDirectory(folder.PathOf(name)).RunFile;

    // The state of an earlier version after it wrote run.json and before its first checkpoint.
    private void Describe(string name)
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => new SupervisedTrainer(Options) { Progress = new Reporter(_ => stop.Cancel()) }
                .Run(TinyRun.Images(Images), folder.PathOf(name), cancellation: stop.Token));
        JsonObject run = JsonNode.Parse(File.ReadAllText(RunFile(name)))!.AsObject();
        Assert.True(run.Remove("scheduled_steps") && run.Remove("not_adapted"));
        File.WriteAllText(RunFile(name), run.ToJsonString());
        Directory.Delete(new RunDirectory(folder.PathOf(name)).CheckpointFolder, recursive: true);
    }

    private List<string> Resume(string name, PretrainOptions options)
    {
        var log = new ListLogger();
        new SupervisedTrainer(options) { Logger = log }.Run(TinyRun.Images(Images), folder.PathOf(name), resume: true);
        return log.Lines;
    }
}
