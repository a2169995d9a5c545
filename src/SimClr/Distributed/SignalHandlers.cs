using System.Runtime.InteropServices;

namespace SimClr.Distributed;

/// <summary>
/// What this process does on signals stays as it is, whatever is loaded and started while this lives. Libraries below MPI
/// (UCX, for one) take segmentation faults for themselves, of which the runtime makes a <see cref="NullReferenceException"/>.
/// </summary>
internal sealed unsafe partial class SignalHandlers : IDisposable
{
    private const int Signals = 31;
    private const int ActionBytes = 256;   // More than any system's struct sigaction.

    private readonly byte[] actions = new byte[(Signals + 1) * ActionBytes];

    /// <summary>Notes what is done on each signal.</summary>
    public SignalHandlers() => ForEach((signal, action) => _ = Exchange(signal, null, action));

    /// <summary>Sets it again.</summary>
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
