using System.Diagnostics;
using System.Reflection;

namespace SimClr.Cli.Bench;

/// <summary>Starts this program again in the same way as it was started.</summary>
internal static class SelfProcess
{
    /// <summary>The exit code and output of a finished process.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Error);

    /// <summary>
    /// Starts a process whose standard input stays open until this process ends and whose output is not read.
    /// </summary>
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

    // A child inherits the CPU affinity of the thread that starts it, and this thread may be bound to one core.
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

    /// <summary>
    /// Returns its own executable or, if another program hosts it (dotnet, a test), dotnet with its assembly.
    /// </summary>
    private static (string File, string[] Before) Command()
    {
        Assembly own = typeof(SelfProcess).Assembly;
        string? process = Environment.ProcessPath;
        bool apphost = Assembly.GetEntryAssembly() == own
            && !string.Equals(Path.GetFileNameWithoutExtension(process), "dotnet", StringComparison.OrdinalIgnoreCase);
        return apphost ? (process!, []) : ("dotnet", [own.Location]);
    }
}
