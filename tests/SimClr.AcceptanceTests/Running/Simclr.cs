using System.Diagnostics;
using System.Text.Json;

namespace SimClr.AcceptanceTests;

/// <summary>The command line, started in a separate process as a user starts it.</summary>
internal static class Simclr
{
    public static string Program => Path.Combine(AppContext.BaseDirectory, "SimClr.Cli.dll");

    public static Process Start(string directory, params IEnumerable<string> arguments)
        => Dotnet.Start(directory, [Program, .. arguments]);

    public static Outcome Run(string directory, params IEnumerable<string> arguments)
        => Dotnet.Run(directory, [Program, .. arguments]);

    internal sealed record Outcome(int ExitCode, string Output, string Error)
    {
        public Outcome Succeeded()
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}\n{Output}\n{Error}");
            return this;
        }

        public JsonElement Json => JsonDocument.Parse(Output).RootElement;
    }
}
