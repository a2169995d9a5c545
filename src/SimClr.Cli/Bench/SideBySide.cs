using System.Diagnostics;

namespace SimClr.Cli.Bench;

/// <summary>Measures several sides in turn (A B C A B C …), so that a slower minute of the machine hits all of them.</summary>
internal static class SideBySide
{
    /// <summary>The figure of each side in each round.</summary>
    /// <param name="rounds">How often each side is measured.</param>
    /// <param name="cancellation">Stops before the next side.</param>
    /// <param name="sides">Each measures once and returns its figure.</param>
    public static double[][] Run(int rounds, CancellationToken cancellation, params Func<double>[] sides)
    {
        double[][] figures = [.. sides.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int side = 0; side < sides.Length; side++)
            {
                cancellation.ThrowIfCancellationRequested();
                figures[side][round] = sides[side]();
            }
        }

        return figures;
    }

    /// <summary>How often per second something can be done, tried for about the given time and at least once.</summary>
    public static double Rate(Action action, TimeSpan span)
    {
        int count = 0;
        var clock = Stopwatch.StartNew();
        do
        {
            action();
            count++;
        }
        while (clock.Elapsed < span);

        return count / clock.Elapsed.TotalSeconds;
    }

    /// <summary>How often per second something can be done, done this many times.</summary>
    public static double Rate(Action action, int times)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
        {
            action();
        }

        return times / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
