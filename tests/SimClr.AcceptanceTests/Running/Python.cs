using System.Diagnostics;
using System.Text.Json;

namespace SimClr.AcceptanceTests;

/// <summary>The machine's Python. A test is skipped if Python or one of its modules is missing.</summary>
internal static class Python
{
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    /// <summary>Runs a program that prints one JSON value.</summary>
    /// <param name="directory">The working directory.</param>
    /// <param name="modules">The modules that the program imports.</param>
    /// <param name="program">The source of the program.</param>
    public static JsonElement Run(string directory, string[] modules, string program)
    {
        string? interpreter = Interpreters.FirstOrDefault(
            name => Start(name, directory, $"import {string.Join(", ", modules)}") is { ExitCode: 0 });
        Assert.SkipWhen(interpreter is null, $"no Python with {string.Join(", ", modules)} on this machine");
        return Start(interpreter!, directory, program)!.Succeeded().Json;
    }

    private static Simclr.Outcome? Start(string interpreter, string directory, string program)
    {
        var start = new ProcessStartInfo(interpreter)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(program);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            return new Simclr.Outcome(
                process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;   // The program does not exist.
        }
    }
}
