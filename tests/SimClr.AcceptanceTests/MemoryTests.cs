using System.Diagnostics;
using SimClr.Checkpoints;

namespace SimClr.AcceptanceTests;

public sealed class MemoryTests
{
    private const int Warm = 100;
    private const int Steps = 500;
    private const long Megabyte = 1 << 20;

    /// <summary>
    /// The run does not end by itself: even if this process is delayed, the same number of steps lies between its two
    /// readings.
    /// </summary>
    [Fact]
    public void Five_hundred_steps_leave_no_growth_in_resident_memory()
    {
        using var folder = new WorkingFolder();
        folder.Images("images", 160, classes: false);
        using Process process = Simclr.Start(folder.Path,
            "pretrain", "images", "--out", "run", "--preset", "demo", "--epochs", "100000", "--batch-size", "16",
            "--set", "views.size=16", "--set", "encoder.width=0.0625", "--set", "head.output=16",
            "--set", "schedule.warmup_epochs=0", "--set", "checkpoint.every_epochs=10", "--threads", "1");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            long begin = StepsMade(Warm);
            long warm = Resident();
            long end = StepsMade(begin + Steps);
            long last = Resident();
            string growth = $"{warm / Megabyte} MB after {begin} steps, {last / Megabyte} MB after {end}";
            Assert.True(last - warm < 24 * Megabyte, growth);
            TestContext.Current.TestOutputHelper?.WriteLine(growth);
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }

        // Waits for this many steps and returns the actual number.
        long StepsMade(long atLeast)
        {
            string metrics = new RunDirectory(folder.PathOf("run")).MetricsFile;
            long steps = 0;
            while (steps < atLeast)
            {
                Assert.False(process.WaitForExit(20), process.HasExited ? output.Result + error.Result : "");
                steps = File.Exists(metrics) ? 10 * File.ReadLines(metrics).LongCount() : 0;
            }

            return steps;
        }

        long Resident()
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }
}
