using System.CommandLine;
using SimClr.Cli;

namespace SimClr.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => [.. Below("", CommandLine.CreateRoot())];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_help_with_examples_that_it_understands(string path)
    {
        string[] words = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        CommandRun help = CommandRun.Of([.. words, "--help"]);
        var verb = Assert.IsType<Verb>(CommandLine.CreateRoot().Parse(words).CommandResult.Command);

        Assert.Equal(0, help.Code);
        Assert.Equal("", help.Error);
        Assert.Contains(verb.Description!, help.Output);
        Assert.NotEmpty(verb.Examples);
        Assert.All(verb.Examples, example =>
        {
            Assert.Contains(example, help.Output);
            Assert.Empty(CommandLine.CreateRoot().Parse([.. example.Split(' ').Skip(1)]).Errors);
        });
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Defaults_are_stated_in_one_way_and_former_names_of_options_are_not_shown(string path)
    {
        string help = CommandRun.Of([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Output;

        Assert.All(["not given", "(default", "[default", "by default", "typed name", "--anew"], phrase
            => Assert.DoesNotContain(phrase, help, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_usage_of_a_verb_leaves_out_the_arguments_of_its_parent()
        => Assert.Contains(" runs compare <RUN>...", CommandRun.Of("runs", "compare", "--help").Output);

    [Fact]
    public void The_version_is_a_number()
        => Assert.Matches(@"^\d+\.\d+\.\d+", CommandRun.Of("--version").Output);

    private static IEnumerable<string> Below(string path, Command command)
        => command.Subcommands.SelectMany(verb => Below($"{path} {verb.Name}", verb)).Prepend(path);
}
