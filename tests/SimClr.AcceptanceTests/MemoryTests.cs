using System.Diagnostics;
using SimClr.Checkpoints;

namespace SimClr.AcceptanceTests;

public sealed class MemoryTests
{
    private const int Warm = 100;
    private const int Steps = 600;
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task Five_hundred_steps_leave_no_growth_in_resident_memory()
    {
        using var folder = new WorkingFolder();
        folder.Images("images", 160, classes: false);
        using Process process = Simclr.Start(folder.Path,
            "pretrain", "images", "--out", "run", "--preset", "demo", "--epochs", "60", "--batch-size", "16",
            "--set", "views.size=16", "--set", "encoder.width=0.0625", "--set", "head.output=16",
            "--set", "schedule.warmup_epochs=0", "--set", "checkpoint.every_epochs=10");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string metrics = new RunDirectory(folder.Of("run")).MetricsFile;
        (long warm, long last) = (0, 0);
        while (!process.WaitForExit(10))
        {
            long steps = File.Exists(metrics) ? File.ReadLines(metrics).LongCount() * 10 : 0;
            process.Refresh();
            if (steps >= Warm && !process.HasExited && process.WorkingSet64 is > 0 and long resident)
            {
                last = resident;
                warm = warm == 0 ? resident : warm;
            }
        }

        Assert.True(process.ExitCode == 0, await output + await error);
        Assert.Equal(Steps, 10 * File.ReadLines(metrics).Count());
        Assert.True(warm > 0 && last - warm < 24 * Megabyte, $"{warm / Megabyte} MB after {Warm} steps, {last / Megabyte} MB at the end");
        TestContext.Current.TestOutputHelper?.WriteLine($"{warm / Megabyte} MB after {Warm} steps, {last / Megabyte} MB at the end");
    }
}
