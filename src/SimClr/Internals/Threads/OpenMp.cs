using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SimClr.Internals;

/// <summary>The waiting policy of OpenMP's threads, which libtorch uses on the CPU.</summary>
internal static partial class OpenMp
{
    // In GNU's OpenMP, a waiting thread spins 300,000 times, several milliseconds, before it yields its core. With
    // other processes running, the thread it waits for could have used that time. 10,000 spins bridge the gaps within a
    // step.
    private const string Spins = "10000";

    /// <summary>
    /// Makes waiting threads yield their core soon, unless the environment sets a policy. OpenMP reads the setting
    /// once, when it is loaded with libtorch; this method therefore runs as soon as this assembly is used.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "Nothing else runs before libtorch is loaded in every program.")]
    internal static void WaitBriefly()
    {
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null
            && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
        {
            // Native code reads the environment of the C library, and .NET changes only its own copy.
            _ = SetNative("GOMP_SPINCOUNT", Spins, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
