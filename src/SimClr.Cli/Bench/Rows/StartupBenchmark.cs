using System.Diagnostics;

namespace SimClr.Cli.Bench;

/// <summary>The time a new process takes to print text.</summary>
internal static class StartupBenchmark
{
    public static IEnumerable<BenchRow> Measure(BenchSettings settings, CancellationToken cancellation)
    {
        Start(["--version"], cancellation);   // brings the files into the page cache
        double[][] figures = SideBySide.Run(
            settings.Launches, cancellation, () => Start(["--help"], cancellation), () => Start(
                ["preset", "list"], cancellation));
        yield return Row("start_help", "simclr --help", figures[0]);
        yield return Row("start_preset_list", "simclr preset list", figures[1]);
    }

    private static BenchRow Row(string name, string command, double[] figures)
        => new(name, $"{command}, a new process, wall time", Spread.FromValues(figures), "s", Target.Max(0.2));

    private static double Start(string[] arguments, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        SelfProcess.Outcome outcome = SelfProcess.Run(arguments, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return outcome.ExitCode == 0
            ? seconds
            : throw new InvalidOperationException(
                $"'simclr {string.Join(' ', arguments)}' exited with code {outcome.ExitCode}: {outcome.Error}");
    }
}
