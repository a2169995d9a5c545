using System.Diagnostics;
using SimClr.Cli;
using SimClr.Configuration;

namespace SimClr.Tests.Cli;

public sealed class CompletionCommandTests
{
    [Theory]
    [InlineData("simclr pret", "pretrain")]
    [InlineData("simclr preset sh", "show")]
    [InlineData("simclr completion z", "zsh")]
    [InlineData("simclr map x.npy --method ts", "tsne")]
    [InlineData("simclr pretrain photos --prec", "--precision")]
    [InlineData("simclr pretrain photos --precision bf", "bf16")]
    [InlineData("simclr pretrain photos --set loss.temp", "loss.temperature=")]
    [InlineData("simclr embed --device cu", "cuda")]
    [InlineData("simclr data download cifar100", "cifar100")]
    public void A_word_that_has_begun_is_completed(string line, string expected)
        => Assert.Equal([expected], Suggest(line));

    [Fact]
    public void Each_verb_each_preset_and_each_option_can_stand_where_nothing_is_typed()
    {
        Assert.Equal(
            CommandLine.CreateRoot().Subcommands.Select(verb => verb.Name).Order(StringComparer.Ordinal),
            Suggest("simclr ").Order(StringComparer.Ordinal));
        Assert.Equal(
            Presets.Names.Order(StringComparer.Ordinal),
            Suggest("simclr preset show ").Order(StringComparer.Ordinal));
        Assert.Equal(
            Presets.Names.Order(StringComparer.Ordinal),
            Suggest("simclr pretrain photos --preset ").Order(StringComparer.Ordinal));
        Assert.Superset(
            new HashSet<string> { "--out", "--preset", "--epochs", "--resume", "--seed", "--json", "--help" },
            Suggest("simclr pretrain photos --").ToHashSet());
    }

    /// <summary>There, the shell completes names of files.</summary>
    [Theory]
    [InlineData("simclr pretrain ")]
    [InlineData("simclr pretrain ./pho")]
    [InlineData("simclr pretrain photos --out ")]
    [InlineData("simclr nothing ")]
    [InlineData("simclr pretrain \"half")]
    public void Where_a_file_may_stand_nothing_is_suggested(string line) => Assert.Empty(Suggest(line));

    [Fact]
    public void What_follows_the_position_does_not_count()
    {
        CommandRun run = CommandRun.Of("[suggest:11]", "simclr pret --out x");
        Assert.Equal((0, "pretrain\n"), (run.Code, run.Output.ReplaceLineEndings("\n")));
        Assert.Equal("pretrain\n", CommandRun.Of("[suggest]", "simclr pret").Output.ReplaceLineEndings("\n"));
        Assert.Equal("pretrain\n", CommandRun.Of("[suggest:999]", "simclr pret").Output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("bash", "complete -o default -o bashdefault -F _simclr simclr")]
    [InlineData("zsh", "#compdef simclr")]
    [InlineData("fish", "complete --command simclr")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName simclr")]
    public void Each_shell_has_its_script(string shell, string part)
    {
        CommandRun run = CommandRun.Of("completion", shell);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(part, run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
        Assert.Equal(shell, (string?)CommandRun.Of("completion", shell, "--json").Json["shell"]);
    }

    [Theory]
    [InlineData("bash", "bash", "-n")]
    [InlineData("zsh", "zsh", "-n")]
    [InlineData("fish", "fish", "--no-execute")]
    public void The_shell_can_parse_its_script(string shell, string program, string option)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, CommandRun.Of("completion", shell).Output.ReplaceLineEndings("\n"));
            using Process? parser = Start(program, option, file);
            Assert.SkipWhen(parser is null, $"there is no {program}");
            string error = parser.StandardError.ReadToEnd();
            parser.WaitForExit();
            Assert.Equal((0, ""), (parser.ExitCode, error));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void An_unknown_shell_is_refused_with_the_nearest()
        => Assert.Contains(
            "SHELL: got 'bsh', expected one of bash, zsh, fish, pwsh (did you mean 'bash'?)",
            CommandRun.Of("completion", "bsh").Refused(2),
            StringComparison.Ordinal);

    private static string[] Suggest(string line)
    {
        CommandRun run = CommandRun.Of($"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private static Process? Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
