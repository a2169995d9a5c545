using System.Diagnostics;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

/// <summary>
/// Commands that only print text start quickly: they load no library that computes, decodes, or draws.
/// </summary>
public sealed class StartupTests : IDisposable
{
    private static readonly string[] Heavy = ["torch", "skia", "scottplot", "yaml", "spectre", "onnx", "protobuf"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("pretrain --help")]
    [InlineData("bench --help")]
    [InlineData("export onnx --help")]
    [InlineData("preset list")]
    [InlineData("preset list --json")]
    public void Text_is_printed_without_the_heavy_libraries(string arguments)
    {
        string[] loaded = LoadedBy(arguments);

        Assert.Contains("SimClr", loaded);
        Assert.DoesNotContain(loaded, IsHeavy);
    }

    /// <summary>The control: for a command that needs an image, the list does name the loaded libraries.</summary>
    [Fact]
    public void A_command_that_draws_loads_the_decoder()
    {
        string[] loaded = LoadedBy($"augment preview sample: --images 1 --out {folder.PathOf("views.png")}");

        Assert.Contains("SkiaSharp", loaded);
        Assert.Contains(loaded, name => name.StartsWith("libSkiaSharp", StringComparison.Ordinal));
    }

    private static bool IsHeavy(string library)
        => Heavy.Any(name => library.Contains(name, StringComparison.OrdinalIgnoreCase));

    private string[] LoadedBy(string arguments)
    {
        string file = folder.PathOf("loaded.txt");
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "SimClr.Cli.dll"), .. arguments.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.FileVariable] = file;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.GetAwaiter().GetResult());
        return File.ReadAllLines(file);
    }
}
