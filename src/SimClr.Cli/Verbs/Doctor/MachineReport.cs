using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using SimClr.Diagnostics;

namespace SimClr.Cli.Verbs;

/// <summary>The computing resources of this machine.</summary>
/// <param name="Processor">The name of the processor, or its architecture if the system does not report a name.</param>
/// <param name="Vectors">The relevant vector instruction sets.</param>
/// <param name="Cores">The number of cores available to this process.</param>
/// <param name="TotalBytes">The memory available to this process.</param>
/// <param name="AvailableBytes">The free part of that memory; null if the system does not report it.</param>
internal sealed record MachineReport(
    string Processor, IReadOnlyList<string> Vectors, int Cores, long TotalBytes, long? AvailableBytes)
{
    public static MachineReport Detect() => new(
        ProcessorName(),
        VectorInstructions(),
        ComputeEnvironment.Cores,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Available());

    private static string ProcessorName()
        => SystemFile.Value("/proc/cpuinfo", "model name")
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? $"{RuntimeInformation.ProcessArchitecture}";

    private static string[] VectorInstructions()
    {
        (string Name, bool Has)[] known =
        [
            ("SSE4.2", Sse42.IsSupported),
            ("AVX2", Avx2.IsSupported),
            ("FMA", Fma.IsSupported),
            ("AVX-512", Avx512F.IsSupported && Avx512BW.IsSupported),
            ("AVX-512 BF16", Internals.Processor.HasAvx512BFloat16),
            ("AMX BF16", Internals.Processor.HasAmxBFloat16),
            ("NEON", AdvSimd.IsSupported),
            ("SVE", Sve()),
        ];
        return [.. known.Where(set => set.Has).Select(set => set.Name)];
    }

    private static bool Sve()
        => SystemFile.Value("/proc/cpuinfo", "Features") is { } features && features.Split(' ').Contains("sve");

    /// <summary>Returns the free memory of the machine, capped at the memory limit of the container.</summary>
    private static long? Available()
    {
        string? text = SystemFile.Value("/proc/meminfo", "MemAvailable")?.Split(' ')[0];
        return long.TryParse(text, out long kilobytes)
            ? Math.Min(kilobytes * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            : null;
    }
}

/// <summary>Reads Linux system files of "name: value" lines; returns null on systems without them.</summary>
internal static class SystemFile
{
    public static string? Value(string file, string name)
    {
        try
        {
            return File.ReadLines(file)
                .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                .FirstOrDefault(parts => parts.Length == 2 && parts[0] == name)?[1];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
