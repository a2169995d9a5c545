using System.Diagnostics;

namespace SimClr.AcceptanceTests;

/// <summary>The choice of libtorch: at build time, or by name when the program starts.</summary>
public sealed class LibtorchTests : IDisposable
{
    private const string Variable = "SIMCLR_LIBTORCH";

    private static readonly string[] Libraries =
        ["libc10.so", "libtorch.so", "libtorch_cpu.so", "libtorch_global_deps.so", "libgomp-98b21ff3.so.1"];

    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_named_libtorch_replaces_the_bundled_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "for Linux");

        // Copies, not links: the loader treats a link to a loaded file as the same library.
        Directory.CreateDirectory(folder.PathOf("lib"));
        foreach (string library in Libraries)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, library), folder.PathOf("lib", library));
        }

        Simclr.Outcome outcome = Named(folder.Path, "doctor", "--device", "cpu", "--json").Succeeded();
        Assert.Equal(folder.PathOf("lib"), outcome.Json.GetProperty("libtorch_folder").GetString());
        Assert.True(outcome.Json.GetProperty("speed_test").GetProperty("images_per_second").GetDouble() > 0);
    }

    [Fact]
    public void Another_version_is_refused_with_both_versions()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "for Linux");
        Directory.CreateDirectory(folder.PathOf("lib"));
        File.WriteAllText(folder.PathOf("lib", "libtorch_cpu.so"), "");
        File.WriteAllText(folder.PathOf("version.py"), "__version__ = '2.9.1+cu128'\n");
        Simclr.Outcome outcome = Named(folder.Path, "doctor");
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith(
            $"error: {Variable} is '{folder.Path}', which is version 2.9.1+cu128; expected 2.10, ",
            outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_cannot_be_loaded_is_reported_with_the_loaders_message()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "for Linux");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "libc10.so"), folder.PathOf("libc10.so"));
        File.WriteAllText(folder.PathOf("libtorch_cpu.so"), "no library");
        Simclr.Outcome outcome = Named(folder.Path, "doctor");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("libtorch_cpu.so cannot be loaded: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("file too short", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu", false)]
    [InlineData("CUDA", true)]
    [InlineData("none", true)]
    public void An_unknown_backend_is_a_build_error(string backend, bool known)
    {
        Simclr.Outcome outcome = Dotnet.Run(
            Repository.Root,
            "msbuild",
            Repository.PathOf("src", "SimClr.Cli", "SimClr.Cli.csproj"),
            "-t:CheckTorchBackend",
            $"-p:TorchBackend={backend}");
        Assert.Equal(known ? 0 : 1, outcome.ExitCode);
        Assert.Equal(!known, outcome.Output.Contains(
            $"error SIMCLR002: TorchBackend is '{backend}', expected cpu", StringComparison.Ordinal));
    }

    private Simclr.Outcome Named(string libtorch, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Simclr.Program, .. arguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Variable] = libtorch;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new Simclr.Outcome(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
