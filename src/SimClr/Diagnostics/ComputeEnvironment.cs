using SimClr.Internals;

namespace SimClr.Diagnostics;

/// <summary>
/// The threads and devices that the library computes with. Training sets its threads by itself; other programs may
/// here.
/// </summary>
public static class ComputeEnvironment
{
    /// <summary>Devices by name, for help texts and messages.</summary>
    public const string DeviceNames = ComputeDevice.Expected;

    /// <summary>
    /// Cores that this process may use: those it is bound to, at most its container's quota, rounded up.
    /// </summary>
    public static int Cores => ComputeThreads.Cores;

    /// <summary>The largest number of threads that is accepted: 16, or 4 per core where that is more.</summary>
    public static int MaxThreads => ComputeThreads.Max;

    /// <summary>The threads that a setting means.</summary>
    /// <param name="setting">The number; 0 for one per core.</param>
    /// <exception cref="ConfigurationException">It is more than <see cref="MaxThreads"/>.</exception>
    public static int ThreadsOf(int setting) => ComputeThreads.Resolve(setting);

    /// <summary>Sets the tensor library's threads.</summary>
    /// <inheritdoc cref="ThreadsOf"/>
    public static void UseThreads(int setting) => ComputeThreads.Use(setting);

    /// <summary>
    /// Sets the tensor library's threads where results do not depend on their number: 0 keeps what the library chose
    /// (the
    /// environment may set it), but at most one per core.
    /// </summary>
    /// <inheritdoc cref="ThreadsOf"/>
    public static void LimitThreads(int setting) => ComputeThreads.UseAtMost(setting);

    /// <summary>
    /// Runs work on a thread of its own that the library may bind to a core, with the threads that compute with it,
    /// as long as these
    /// are as many as the cores: faster where other processes are busy. Linux only; elsewhere it runs on the caller's
    /// thread.
    /// </summary>
    /// <param name="work">A whole program, as a rule: call it once, in <c>Main</c>.</param>
    public static T RunBound<T>(Func<T> work) => PinnedThreads.Run(work);

    /// <summary>Whether a device may be named so: auto, cpu, cuda, cuda:N or mps. It need not be there.</summary>
    /// <param name="name">The name.</param>
    public static bool IsDeviceName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ComputeDevice.IsName(name);
    }

    /// <summary>
    /// The message for a name that <see cref="IsDeviceName"/> does not accept, with the nearest one that it does.
    /// </summary>
    /// <param name="name">The name.</param>
    public static string DescribeUnknownDevice(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ComputeDevice.UnknownNameMessage(name);
    }

    /// <summary>The device that a name means on this machine.</summary>
    /// <param name="name">auto, cpu, cuda, cuda:N or mps.</param>
    /// <returns>cpu, cuda:N or mps.</returns>
    /// <exception cref="ConfigurationException">The name is unknown, or the device is not there.</exception>
    public static string ResolveDevice(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ComputeDevice.Resolve(name);
    }
}
