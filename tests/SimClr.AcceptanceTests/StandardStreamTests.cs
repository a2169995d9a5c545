using System.Diagnostics;
using System.Runtime.Versioning;
using SimClr.Checkpoints;

namespace SimClr.AcceptanceTests;

/// <summary>Standard output and error that a shell closes: the work is finished, and the exit code says so.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StandardStreamTests
{
    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2>&-")]
    [InlineData(">&- 2>&-")]
    [InlineData("<&- >/dev/full 2>/dev/full")]
    public void Training_without_working_streams_is_finished(string redirection)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        using var folder = new WorkingFolder();
        string images = folder.Images("images", 16, classes: false);
        string command =
            $"exec dotnet '{Simclr.Program}' pretrain '{images}' --out run --preset demo --batch-size 8 --epochs 2 "
                + $"--set views.size=12 --set encoder.width=0.0625 --set head.output=16 {redirection}";
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = folder.Path })!;

        process.WaitForExit();

        Assert.Equal(0, process.ExitCode);
        var run = new RunDirectory(folder.PathOf("run"));
        Assert.All(File.ReadLines(run.MetricsFile), line => Assert.StartsWith("{", line, StringComparison.Ordinal));
        using SafetensorsFile encoder = SafetensorsFile.Read(Path.Combine(run.Root, "encoder.safetensors"));
        Assert.NotEmpty(encoder.Tensors);
    }
}
