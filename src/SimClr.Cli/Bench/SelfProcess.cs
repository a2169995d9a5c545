using System.Diagnostics;
using System.Reflection;

namespace SimClr.Cli.Bench;

/// <summary>Starts this program again, the way it was started itself.</summary>
internal static class SelfProcess
{
    /// <summary>What a process left.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Error);

    /// <summary>A process whose input is open until this one ends, and whose output nobody reads.</summary>
    public static Process Start(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = StartInfo(arguments);
        start.RedirectStandardInput = true;
        return StartProcess(start);
    }

    public static Outcome Run(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using Process process = StartProcess(StartInfo(arguments));
        using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return new Outcome(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    // A process may use the cores of the thread that starts it, and this one may be bound to one of them.
    private static Process StartProcess(ProcessStartInfo start)
        => Task.Run(() => Process.Start(start)!).GetAwaiter().GetResult();

    private static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        (string file, string[] before) = Command();
        return new ProcessStartInfo(file, [.. before, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Its own executable; where another program holds it (dotnet, a test), dotnet and its assembly.</summary>
    private static (string File, string[] Before) Command()
    {
        Assembly own = typeof(SelfProcess).Assembly;
        string? process = Environment.ProcessPath;
        bool apphost = Assembly.GetEntryAssembly() == own
            && !string.Equals(Path.GetFileNameWithoutExtension(process), "dotnet", StringComparison.OrdinalIgnoreCase);
        return apphost ? (process!, []) : ("dotnet", [own.Location]);
    }
}
