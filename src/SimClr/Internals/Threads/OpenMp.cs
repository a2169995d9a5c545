using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>How the threads of OpenMP, with which libtorch computes on a CPU, wait for each other.</summary>
internal static partial class OpenMp
{
    // GNU's OpenMP spins 300,000 times, several milliseconds, before a thread that waits gives up its core. Beside other
    // processes that is the time in which the thread it waits for could have run. 10,000 bridge the gaps within a step.
    private const string Spins = "10000";

    /// <summary>
    /// Lets threads that wait give up their core soon, unless the environment says how they wait. OpenMP reads it once, when
    /// it is loaded with libtorch: therefore as soon as this assembly is used.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Nothing else runs before libtorch is loaded in every program.")]
    internal static void WaitBriefly()
    {
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null
            && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
        {
            // Native code reads the environment of the C library, of which .NET keeps a copy.
            _ = SetNative("GOMP_SPINCOUNT", Spins, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
