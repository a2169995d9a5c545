using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using SimClr.Diagnostics;

namespace SimClr.Cli.Verbs;

/// <summary>What there is to compute with.</summary>
/// <param name="Processor">Its name, or its architecture where the system does not tell.</param>
/// <param name="Vectors">The vector instructions that matter here.</param>
/// <param name="Cores">Those that this process may use.</param>
/// <param name="TotalBytes">Memory that this process may use.</param>
/// <param name="AvailableBytes">What of it is free, or null where the system does not tell.</param>
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

    /// <summary>A container's limit may be below what the whole machine has free.</summary>
    private static long? Available()
    {
        string? text = SystemFile.Value("/proc/meminfo", "MemAvailable")?.Split(' ')[0];
        return long.TryParse(text, out long kilobytes)
            ? Math.Min(kilobytes * 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            : null;
    }
}

/// <summary>Reads the "name: value" files of Linux; null on systems that do not have them.</summary>
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
