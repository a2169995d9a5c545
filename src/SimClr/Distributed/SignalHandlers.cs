using System.Runtime.InteropServices;

namespace SimClr.Distributed;

/// <summary>
/// A guard that restores the signal handlers of this process when it is disposed of. Libraries below MPI, such as UCX,
/// install their own handler for segmentation faults, which the runtime needs to raise
/// <see cref="NullReferenceException"/>.
/// </summary>
internal sealed unsafe partial class SignalHandlers : IDisposable
{
    private const int Signals = 31;
    private const int ActionBytes = 256;   // Larger than struct sigaction on any system.

    private readonly byte[] actions = new byte[(Signals + 1) * ActionBytes];

    /// <summary>Saves the handler of each signal.</summary>
    public SignalHandlers() => ForEach((signal, action) => _ = Exchange(signal, null, action));

    /// <summary>Restores the saved handlers.</summary>
    public void Dispose() => ForEach((signal, action) => _ = Exchange(signal, action, null));

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Exchange(int signal, byte* action, byte* before);

    private void ForEach(Action exchange)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        fixed (byte* all = actions)
        {
            for (int signal = 1; signal <= Signals; signal++)
            {
                exchange(signal, all + (signal * ActionBytes));
            }
        }
    }

    private delegate void Action(int signal, byte* action);
}
