using System.Diagnostics;
using System.Reflection;

namespace SimClr.Cli.Bench;

/// <summary>Starts this program again, the way it was started itself.</summary>
internal static class OwnProgram
{
    /// <summary>What a process left.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Error);

    public static Outcome Run(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        (string file, string[] before) = Command();
        var start = new ProcessStartInfo(file, [.. before, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return new Outcome(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>Its own executable; where another program holds it (dotnet, a test), dotnet and its assembly.</summary>
    private static (string File, string[] Before) Command()
    {
        Assembly own = typeof(OwnProgram).Assembly;
        string? process = Environment.ProcessPath;
        bool apphost = Assembly.GetEntryAssembly() == own
            && !string.Equals(Path.GetFileNameWithoutExtension(process), "dotnet", StringComparison.OrdinalIgnoreCase);
        return apphost ? (process!, []) : ("dotnet", [own.Location]);
    }
}
