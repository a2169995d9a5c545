using System.Runtime.InteropServices;

namespace SimClr.Distributed;

/// <summary>Immediate termination of this process, whatever its threads and libraries are doing.</summary>
internal static partial class HardExit
{
    /// <summary>Ends the process without running exit handlers. Does not return.</summary>
    public static void Now(int exitCode)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(exitCode);
        }

        ExitNow(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int status);
}
