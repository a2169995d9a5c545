namespace SimClr.Training;

/// <summary>How much memory the process holds at most while something runs.</summary>
internal static class ResidentPeak
{
    /// <summary>Bytes, by looking every millisecond.</summary>
    public static double Of(Action action)
    {
        long peak = Environment.WorkingSet;
        using var done = new ManualResetEventSlim();
        var watch = new Thread(Watch) { IsBackground = true, Name = "memory watch" };
        watch.Start();
        try
        {
            action();
        }
        finally
        {
            done.Set();
            watch.Join();
        }

        return peak;

        void Watch()
        {
            do
            {
                peak = Math.Max(peak, Environment.WorkingSet);
            }
            while (!done.Wait(1));
        }
    }
}
