using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using SimClr.Checkpoints;

namespace SimClr.AcceptanceTests;

/// <summary>Real signals to a real process: it finishes its step, saves, and prints how to resume.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_ends_the_run_with_130_and_a_checkpoint_to_resume_from(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send");
        Assert.SkipWhen(
            IsIgnored(signal),
            "whoever started the tests ignores this signal, as a shell does for what runs in its background and nohup "
                + "for SIGHUP, and programs inherit that");
        using var folder = new WorkingFolder();
        string images = folder.Images("images", 32, classes: false);
        string[] run =
        [
            "pretrain", images, "--out", "run", "--preset", "demo", "--batch-size", "16",
            "--set", "views.size=12", "--set", "encoder.width=0.0625", "--set", "head.output=16", "--threads", "1",
        ];
        using Process process = Simclr.Start(folder.Path, [.. run, "--epochs", "100000"]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var directory = new RunDirectory(folder.PathOf("run"));
        WaitUntil(() => process.HasExited || Lines(directory.MetricsFile) > 0);

        // A closing terminal may signal twice: the shell signals its jobs, and the system signals those in the
        // foreground.
        for (int sent = 0; sent < (signal == "HUP" ? 2 : 1); sent++)
        {
            using Process kill = Process.Start(
                "kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        WaitUntil(() => process.HasExited);
        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}\n{await output}\n{await error}");
        Assert.Contains("interrupted", await error, StringComparison.Ordinal);
        Assert.Contains("--resume", await error, StringComparison.Ordinal);
        string checkpoint = directory.LatestCheckpoint()!;
        Assert.True(File.Exists(checkpoint));
        using SafetensorsFile saved = SafetensorsFile.Read(checkpoint);
        Assert.NotEmpty(saved.Tensors);
    }

    private static bool IsIgnored(string signal)
        => OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
            && (ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                & Bit(signal)) != 0;

    private static ulong Bit(string signal) => signal switch { "HUP" => 1UL << 0, "INT" => 1UL << 1, _ => 1UL << 14 };

    private static int Lines(string file) => File.Exists(file) ? File.ReadAllLines(file).Length : 0;

    private static void WaitUntil(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < Patience, "nothing happened");
            Thread.Sleep(20);
        }
    }
}
