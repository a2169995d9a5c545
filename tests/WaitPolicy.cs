using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimClr.Testing;

/// <summary>
/// Compute threads that wait in the kernel. The test programs and the processes they start share few cores: threads
/// that spin while they wait for each other take time from the other processes. libgomp reads the environment of the C
/// library once, when libtorch loads it. .NET keeps a separate environment, which child processes inherit.
/// </summary>
internal static partial class WaitPolicy
{
    private static readonly (string Name, string Value)[] Settings =
        [("OMP_WAIT_POLICY", "passive"), ("GOMP_SPINCOUNT", "0")];

#pragma warning disable CA2255 // These are programs.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void WaitInTheKernel()
    {
        foreach ((string name, string value) in Settings)
        {
            Environment.SetEnvironmentVariable(name, value);
            if (!OperatingSystem.IsWindows())
            {
                _ = SetVariable(name, value, overwrite: 1);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
