using SimClr.Internals;

namespace SimClr.Diagnostics;

/// <summary>
/// The threads and devices that the library computes with. Training sets its threads itself; other programs can set
/// them here.
/// </summary>
public static class ComputeEnvironment
{
    /// <summary>The names of devices, for help texts and messages.</summary>
    public const string DeviceNames = ComputeDevice.Expected;

    /// <summary>
    /// The number of cores available to this process: those it is bound to, limited to its container's quota, rounded
    /// up.
    /// </summary>
    public static int Cores => ComputeThreads.Cores;

    /// <summary>The maximum number of threads: 16, or 4 per core if that is more.</summary>
    public static int MaxThreads => ComputeThreads.Max;

    /// <summary>Returns the number of threads for a setting.</summary>
    /// <param name="setting">The number of threads; 0 for one per core.</param>
    /// <exception cref="ConfigurationException">The setting is larger than <see cref="MaxThreads"/>.</exception>
    public static int ThreadsOf(int setting) => ComputeThreads.Resolve(setting);

    /// <summary>Sets the number of threads of the tensor library.</summary>
    /// <inheritdoc cref="ThreadsOf"/>
    public static void UseThreads(int setting) => ComputeThreads.Use(setting);

    /// <summary>
    /// Sets the number of threads of the tensor library where results do not depend on it. 0 keeps the library's choice
    /// (which the environment can set), limited to one thread per core.
    /// </summary>
    /// <inheritdoc cref="ThreadsOf"/>
    public static void LimitThreads(int setting) => ComputeThreads.UseAtMost(setting);

    /// <summary>
    /// Runs work on a separate thread, which the library may bind to a core together with its compute threads if their
    /// number equals the number of cores. This is faster when other processes are busy. Linux only; on other systems,
    /// the work runs on the caller's thread.
    /// </summary>
    /// <param name="work">The work, usually a whole program: call this method once, in <c>Main</c>.</param>
    public static T RunBound<T>(Func<T> work) => PinnedThreads.Run(work);

    /// <summary>
    /// Returns whether a name is valid for a device: auto, cpu, cuda, cuda:N or mps. The device need not exist.
    /// </summary>
    /// <param name="name">The name.</param>
    public static bool IsDeviceName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ComputeDevice.IsName(name);
    }

    /// <summary>
    /// Returns the message for a name that <see cref="IsDeviceName"/> rejects, with the nearest valid name.
    /// </summary>
    /// <param name="name">The name.</param>
    public static string DescribeUnknownDevice(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ComputeDevice.UnknownNameMessage(name);
    }

    /// <summary>Returns the device that a name stands for on this machine.</summary>
    /// <param name="name">auto, cpu, cuda, cuda:N or mps.</param>
    /// <returns>cpu, cuda:N or mps.</returns>
    /// <exception cref="ConfigurationException">The name is unknown, or the device does not exist.</exception>
    public static string ResolveDevice(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ComputeDevice.Resolve(name);
    }
}
