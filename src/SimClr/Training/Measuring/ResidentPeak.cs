using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The peak memory use of an action (<see cref="DeviceMemory.UsedBytes"/>).</summary>
internal static class ResidentPeak
{
    /// <summary>Returns the peak in bytes, sampled every millisecond.</summary>
    /// <param name="action">The action.</param>
    /// <param name="device">The device whose memory is measured.</param>
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
