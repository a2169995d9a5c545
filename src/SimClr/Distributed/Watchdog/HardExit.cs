using System.Runtime.InteropServices;

namespace SimClr.Distributed;

/// <summary>The end of this process, whatever its threads and libraries are doing.</summary>
internal static partial class HardExit
{
    /// <summary>Does not return, and runs nothing that would be run at an ordinary end.</summary>
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
