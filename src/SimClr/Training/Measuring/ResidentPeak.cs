using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>How much memory is taken at most while something runs (<see cref="DeviceMemory.UsedBytes"/>).</summary>
internal static class ResidentPeak
{
    /// <summary>Bytes, by looking every millisecond.</summary>
    /// <param name="action">What runs.</param>
    /// <param name="device">Whose memory.</param>
    public static double Measure(Action action, Device device)
    {
        long peak = DeviceMemory.UsedBytes(device);
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
                peak = Math.Max(peak, DeviceMemory.UsedBytes(device));
            }
            while (!done.Wait(1));
        }
    }
}
