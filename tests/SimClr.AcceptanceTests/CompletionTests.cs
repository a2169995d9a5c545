using System.Diagnostics;

namespace SimClr.AcceptanceTests;

/// <summary>The script of <c>simclr completion bash</c> in bash itself.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("simclr eval", "evaluate")]
    [InlineData("simclr evaluate k", "knn")]
    [InlineData("simclr preset show cifar10-s", "cifar10-small")]
    [InlineData("simclr pretrain photos --set loss.temperature", "loss.temperature=")]
    [InlineData("simclr pretrain ./ph", "")]
    public void Bash_completes_a_line(string line, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "bash is not part of the system");
        File.WriteAllText(
            folder.PathOf("completion.bash"), Simclr.Run(folder.Path, "completion", "bash").Succeeded().Output);
        string test = $$"""
            simclr() { dotnet "{{Simclr.Program}}" "$@"; }
            . "{{folder.PathOf("completion.bash")}}"
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}}
            _simclr
            printf '%s' "${COMPREPLY[*]}"
            """;
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", test])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = bash.StandardOutput.ReadToEnd();
        string error = bash.StandardError.ReadToEnd();
        bash.WaitForExit();
        Assert.Equal((0, expected, ""), (bash.ExitCode, output, error));
    }
}
