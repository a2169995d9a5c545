using System.Diagnostics;
using SimClr.Checkpoints;

namespace SimClr.AcceptanceTests;

/// <summary>A run that is killed at any moment loses only the steps since its last checkpoint.</summary>
public sealed class KillTests
{
    private const int Steps = 200;
    private const int MostMilliseconds = 2500;

    // By hand: SIMCLR_KILLS=20 dotnet test -c Release --project tests/SimClr.AcceptanceTests
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("SIMCLR_KILLS"), out int kills) ? kills : 4;

    private static readonly string[] Run =
    [
        "pretrain", "sample:", "--preset", "demo", "--epochs", "1", "--batch-size", "40",
        "--set", "views.size=12", "--set", "encoder.width=0.0625", "--set", "head.output=16",
        "--set", "schedule.warmup_epochs=0", "--set", "checkpoint.every_steps=6", "--threads", "1", "--json",
    ];

    [Fact]
    public void Killed_and_resumed_it_ends_with_the_same_bytes_as_an_uninterrupted_run()
    {
        using var folder = new WorkingFolder();
        Simclr.Outcome whole = Simclr.Run(folder.Path, [.. Run, "--out", "whole"]).Succeeded();
        Assert.Equal(Steps, whole.Json.GetProperty("steps").GetInt32());

        var moments = new Random(Environment.TickCount);
        var stops = new List<string>();
        for (int kill = 0; kill < Kills; kill++)
        {
            stops.Add(KillOnce(folder, moments, atAnyMoment: kill % 2 == 0));
        }

        Simclr.Outcome last = Simclr.Run(folder.Path, [.. Run, "--out", "killed", "--resume"]).Succeeded();
        string report = $"kills: {string.Join("; ", stops)}";
        Assert.Equal(Steps, last.Json.GetProperty("steps").GetInt32());
        Assert.True(Same(folder, run => new RunDirectory(run).LatestCheckpoint()!), report);
        Assert.True(Same(folder, run => new RunDirectory(run).EncoderFile), report);
        Assert.Contains(stops, stop => stop != "none");
        TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

    /// <summary>Lets the run work for a while, then SIGKILLs it. Returns the last checkpoint before the kill.</summary>
    private static string KillOnce(WorkingFolder folder, Random moments, bool atAnyMoment)
    {
        using Process process = Simclr.Start(folder.Path, [.. Run, "--out", "killed", "--resume"]);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        string? before = new RunDirectory(folder.PathOf("killed")).LatestCheckpoint();
        if (atAnyMoment)
        {
            // Including before the first step.
            process.WaitForExit(moments.Next(MostMilliseconds));
        }
        else
        {
            // Soon after some progress, so that kills spread over the whole run.
            while (!process.HasExited && new RunDirectory(folder.PathOf("killed")).LatestCheckpoint() == before)
            {
                process.WaitForExit(5);
            }

            process.WaitForExit(moments.Next(300));
        }

        process.Kill();
        process.WaitForExit();
        return Path.GetFileNameWithoutExtension(new RunDirectory(folder.PathOf("killed")).LatestCheckpoint()) ?? "none";
    }

    private static bool Same(WorkingFolder folder, Func<string, string> file)
        => File.ReadAllBytes(file(folder.PathOf("whole")))
            .AsSpan()
            .SequenceEqual(File.ReadAllBytes(file(folder.PathOf("killed"))));
}
