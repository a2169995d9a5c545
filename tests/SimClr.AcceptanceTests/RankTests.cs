using System.Runtime.Versioning;
using System.Text.Json;
using SimClr.Checkpoints;
using SimClr.RankProgram;

namespace SimClr.AcceptanceTests;

/// <summary>
/// The command line under mpirun: two ranks that are killed, stopped by signals, or share an embedding or an
/// evaluation.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class RankTests(RankTests.Trained trained) : IClassFixture<RankTests.Trained>
{
    private const string Launcher = "mpirun.openmpi";
    private const int Images = 160;

    // By hand: SIMCLR_KILLS=20 dotnet test -c Release --project tests/SimClr.AcceptanceTests
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("SIMCLR_KILLS"), out int kills) ? kills : 2;

    // Enough for every kill to hit a running job.
    private static readonly int Epochs = Math.Max(8, 2 * Kills);
    private static readonly int Steps = 5 * Epochs;

    private static readonly string[] Small =
    [
        "pretrain", "images", "--preset", "demo", "--batch-size", "32", "--set", "views.size=12",
        "--set", "encoder.width=0.0625", "--set", "head.output=16", "--set", "schedule.warmup_epochs=0",
        "--set", "checkpoint.every_steps=4", "--threads", "1", "--json",
    ];

    [Fact]
    public void A_killed_rank_ends_the_job_which_resumes_to_the_bytes_of_an_uninterrupted_run()
    {
        using var folder = new WorkingFolder();
        _ = folder.Images("images", Images, classes: false);
        string[] run = [.. Small, "--epochs", $"{Epochs}"];
        using (Mpirun whole = Start(folder, [.. run, "--out", "whole"]))
        {
            Assert.True(whole.Wait() == 0, whole.Error);
        }

        var moments = new Random(Environment.TickCount);
        var stops = new List<string>();
        while (!stops.Exists(WasKilled))
        {
            // On a busy machine a job may end before this process can kill it: then everything is repeated.
            stops.Clear();
            if (Directory.Exists(folder.PathOf("killed")))
            {
                Directory.Delete(folder.PathOf("killed"), recursive: true);
            }

            for (int kill = 0; kill < Kills; kill++)
            {
                stops.Add(KillOnce(folder, [.. run, "--out", "killed", "--resume"], moments));
            }
        }

        using Mpirun last = Start(folder, [.. run, "--out", "killed", "--resume"]);
        Assert.True(last.Wait() == 0, last.Error);
        string report = $"kills: {string.Join("; ", stops)}";
        Assert.Contains($"\"steps\":{Steps},", last.Output, StringComparison.Ordinal);
        Assert.True(Same(folder, "whole", "killed", run => new RunDirectory(run).LatestCheckpoint()!), report);
        Assert.True(Same(folder, "whole", "killed", run => new RunDirectory(run).EncoderFile), report);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

    [Fact]
    public void A_signal_to_any_rank_leads_to_one_common_checkpoint_and_130()
    {
        using var folder = new WorkingFolder();
        _ = folder.Images("images", Images, classes: false);
        var directory = new RunDirectory(folder.PathOf("run"));
        using Mpirun job = Start(folder, [.. Small, "--epochs", "10000", "--out", "run"]);
        job.WaitUntil(() => directory.LatestCheckpoint() is not null);
        Mpirun.Signal("TERM", job.RankProcesses.Max());
        int code = job.Wait();
        Assert.True(code == 130, $"exit code {code}\n{job.Output}\n{job.Error}");
        Assert.Single(
            job.Error.Split('\n'),
            line => line.StartsWith("interrupted: stopped after step ", StringComparison.Ordinal));
        Assert.Contains(Path.GetFileName(directory.LatestCheckpoint()!), job.Error, StringComparison.Ordinal);
        Assert.Contains("--resume", job.Error, StringComparison.Ordinal);
        Assert.Empty(job.Output.Trim());
    }

    [Fact]
    public void Commands_for_one_process_are_refused_with_several_ranks()
    {
        using var folder = new WorkingFolder();
        using Mpirun job = Start(folder, ["evaluate", "knn", "run", "--train", "a", "--test", "b"]);
        Assert.Equal(2, job.Wait());
        Assert.Single(
            job.Error.Split('\n'),
            line => line.StartsWith("error: 'knn' runs in one process", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_on_all_ranks_is_reported_once()
    {
        using var folder = new WorkingFolder();
        using Mpirun job = Start(folder, ["pretrain", "./nowhere", "--out", "run"]);
        Assert.Equal(3, job.Wait());
        Assert.Single(job.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(".npy")]
    [InlineData(".parquet")]
    public void Ranks_embed_into_the_file_that_a_single_process_writes(string extension)
    {
        using var folder = new WorkingFolder();
        _ = folder.Images("images", Images, classes: false);
        File.WriteAllText(folder.PathOf("images", "broken.png"), "no image");
        string[] embed =
        [
            "embed", trained.Run, "images", "--json", "--set", "data.max_skipped=0.5", "--threads", "1", "--out",
        ];
        Simclr.Run(folder.Path, [.. embed, $"one{extension}"]).Succeeded();
        using Mpirun job = Start(folder, [.. embed, $"two{extension}"]);
        Assert.True(job.Wait() == 0, job.Error);
        Assert.True(Same(folder, $"one{extension}", $"two{extension}", file => file));
        Assert.True(Same(folder, $"one{extension}.skipped.jsonl", $"two{extension}.skipped.jsonl", file => file));
        Assert.Empty(Directory.GetFiles(folder.Path, "*-of-2*"));
    }

    [Theory]
    [InlineData("linear --epochs 3 --batch-size 32")]
    [InlineData("linear --epochs 3 --batch-size 32 --fixed-features")]
    [InlineData("finetune --grid thin --steps 2 --batch-size 15")]
    [InlineData("finetune --labels-per-class 4 --steps 2 --rate 0.05 --out network")]
    public void Ranks_evaluate_as_a_single_process_does(string verb)
    {
        using var folder = new WorkingFolder();
        _ = folder.Images("images", Images, classes: true);
        _ = folder.Images("test", 60, classes: true, first: Images);
        string[] evaluate =
        [
            "evaluate", .. verb.Split(' '), trained.Run, "--train", "images", "--test", "test", "--threads", "1",
            "--json", "--predictions",
        ];
        JsonElement one = Simclr.Run(folder.Path, [.. evaluate, "one.csv"]).Succeeded().Json;
        if (Directory.Exists(folder.PathOf("network")))
        {
            Directory.Delete(folder.PathOf("network"), recursive: true);
        }

        using Mpirun job = Start(folder, [.. evaluate, "two.csv"]);
        Assert.True(job.Wait() == 0, job.Error);
        JsonElement two = JsonDocument.Parse(Assert.Single(job.Output.Trim().Split('\n'))).RootElement;
        foreach (JsonProperty value in one.EnumerateObject()
            .Where(value => value.Name is not ("final_loss" or "predictions")))
        {
            Assert.Equal($"{value}", $"\"{value.Name}\":{two.GetProperty(value.Name).GetRawText()}");
        }

        Assert.Equal(1, two.GetProperty("final_loss").GetDouble() / one.GetProperty("final_loss").GetDouble(), 1e-4);
        Assert.True(Same(folder, "one.csv", "two.csv", file => file));
    }

    private static Mpirun Start(WorkingFolder folder, string[] arguments)
    {
        Assert.SkipWhen(Mpirun.Missing(Launcher) is not null, Mpirun.Missing(Launcher) ?? "");
        return Mpirun.Start(Launcher, 2, folder.Path, [Simclr.Program, .. arguments]);
    }

    /// <summary>
    /// Lets the job make some progress, then SIGKILLs one of its ranks. Returns the last checkpoint before the kill,
    /// and whether the rank was killed.
    /// </summary>
    private static string KillOnce(WorkingFolder folder, string[] run, Random moments)
    {
        var directory = new RunDirectory(folder.PathOf("killed"));
        string? before = directory.LatestCheckpoint();
        using Mpirun job = Start(folder, run);
        job.WaitUntil(() => directory.LatestCheckpoint() != before);
        Thread.Sleep(moments.Next(100));
        IReadOnlyList<int> ranks = job.RankProcesses;
        if (ranks.Count > 0)
        {
            Mpirun.Signal("KILL", ranks[moments.Next(ranks.Count)]);
        }

        int code = job.Wait();
        return $"{Path.GetFileNameWithoutExtension(directory.LatestCheckpoint()) ?? "none"} "
            + $"{(code == 0 ? "ended" : "killed")}";
    }

    private static bool WasKilled(string stop) => stop.EndsWith("killed", StringComparison.Ordinal);

    private static bool Same(WorkingFolder folder, string one, string other, Func<string, string> file)
        => File.ReadAllBytes(file(folder.PathOf(one)))
            .AsSpan()
            .SequenceEqual(File.ReadAllBytes(file(folder.PathOf(other))));

    /// <summary>One run for all tests that embed or evaluate, trained by the first test that needs it.</summary>
    public sealed class Trained : IDisposable
    {
        private readonly WorkingFolder folder = new();
        private readonly Lazy<string> run;

        public Trained() => run = new(Train);

        public string Run => run.Value;

        public void Dispose() => folder.Dispose();

        private string Train()
        {
            _ = folder.Images("images", Images, classes: false);
            string[] options = ["--epochs", "2", "--set", "precision=fp32", "--set", "optimizer.peak_rate=0.5"];
            Simclr.Run(folder.Path, [.. Small, .. options, "--out", "run"]).Succeeded();
            return folder.PathOf("run");
        }
    }
}
