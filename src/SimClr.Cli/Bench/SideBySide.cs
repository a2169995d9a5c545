using System.Diagnostics;

namespace SimClr.Cli.Bench;

/// <summary>
/// Measures several sides in turn (A B C A B C …), so that a slow minute of the machine affects all of them.
/// </summary>
internal static class SideBySide
{
    /// <summary>Returns the figure of each side in each round.</summary>
    /// <param name="rounds">The number of measurements per side.</param>
    /// <param name="cancellation">Stops before the next side.</param>
    /// <param name="sides">The sides; each call measures once and returns a figure.</param>
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

    /// <summary>Returns the calls per second of an action repeated for about the given time, at least once.</summary>
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

    /// <summary>Returns the calls per second of an action repeated a given number of times.</summary>
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
