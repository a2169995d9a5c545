using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Losses;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

[Collection(ComputeThreadsCollection.Name)]
public sealed class RunSummaryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_holds_what_the_directory_says_of_the_run_and_damaged_files_hide_nothing_else()
    {
        TinyRun.Train(folder, "run");
        RunSummary whole = RunSummary.Read(folder.PathOf("run"));
        Assert.Equal((RunStatus.Finished, 12, 12, 3.0), (whole.Status, whole.Step, whole.Steps, whole.Epoch));
        Assert.Equal(TinyRun.Options.Loss, whole.Record!.Configuration.Loss);
        Assert.Equal(4, whole.Metrics.Count);
        Assert.Equal(whole.Metrics[^1]["loss"], whole.FinalLoss);
        Assert.Equal(whole.Metrics.Select(row => row["images_per_second"]).Order().ElementAt(2), whole.ImagesPerSecond);
        Assert.Empty(whole.Unreadable);

        folder.Write("run/run.json", "{");
        folder.Write("run/state.json", "");
        folder.Write("run/evaluations/knn-1.json", "[]");
        File.AppendAllText(folder.PathOf("run/metrics.jsonl"), """{"step": 12, "knn": 1e400}""" + "\n{\"step\": 1");
        RunSummary damaged = RunSummary.Read(folder.PathOf("run"));
        Assert.Equal((RunStatus.Finished, 12, 5), (damaged.Status, damaged.Step, damaged.Metrics.Count));
        Assert.Null(damaged.Record);
        Assert.Null(damaged.Latest("knn"));
        Assert.Equal(
            ["run.json", "state.json", "knn-1.json"],
            damaged.Unreadable.Select(message => Path.GetFileName(message[..message.IndexOf(':')])));
    }

    [Fact]
    public void A_run_of_an_earlier_version_is_finished_if_it_has_its_encoder()
    {
        TinyRun.Train(folder, "run");
        File.Delete(folder.PathOf("run/state.json"));
        Assert.Equal(RunStatus.Finished, RunSummary.Read(folder.PathOf("run")).Status);
        File.Delete(new RunDirectory(folder.PathOf("run")).EncoderFile);
        Assert.Equal(RunStatus.Stopped, RunSummary.Read(folder.PathOf("run")).Status);
    }

    [Fact]
    public void Runs_are_found_in_subfolders_and_not_within_runs()
    {
        string[] places = ["a", "b/c", "b/d/e", "a/inner", "b/1/2/3/4"];
        Array.ForEach(places, place => folder.Write($"{place}/run.json", "{}"));
        Assert.Equal(
            new[] { "a", "b/c", "b/d/e" }.Select(folder.PathOf), RunSummary.Find(folder.Path, depth: 3));
        Assert.Contains(folder.PathOf("b/1/2/3/4"), RunSummary.Find(folder.Path));
        Assert.Equal([folder.PathOf("a")], RunSummary.Find(folder.PathOf("a")));
        Assert.Contains("there is no run", Assert.Throws<DataException>(() => RunSummary.Find(folder.Path, 0)).Message);
        Assert.Throws<DataException>(() => RunSummary.Find(folder.PathOf("nowhere")));
        Assert.Throws<DataException>(() => RunSummary.Read(folder.PathOf("b")));
    }

    [Fact]
    public void The_nearest_preset_is_the_one_with_the_fewest_differences_that_matter()
    {
        Assert.All(Presets.Names, name => Assert.Equal((name, 0), Count(Presets.Load(name))));
        PretrainOptions changed = Presets.Load("cifar10-small") with
        {
            Loss = new LossOptions { Temperature = 0.77 },
            Threads = 3,
            Device = "cpu",
            Checkpoint = new CheckpointOptions { Keep = 9 },
        };
        (string preset, IReadOnlyList<ConfigurationDifference> found) = Presets.Nearest(changed);
        Assert.Equal("cifar10-small", preset);
        Assert.Equal([("loss.temperature", "0.77")], found.Select(difference => (difference.Key, difference.Second)));

        static (string, int) Count(PretrainOptions options)
        {
            (string preset, IReadOnlyList<ConfigurationDifference> found) = Presets.Nearest(options);
            return (preset, found.Count);
        }
    }
}
