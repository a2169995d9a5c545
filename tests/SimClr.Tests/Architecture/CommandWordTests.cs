using System.CommandLine;
using System.Text.RegularExpressions;
using SimClr.Cli;

namespace SimClr.Tests.Architecture;

/// <summary>The libraries name properties and methods; only the command line names flags and verbs.</summary>
public sealed partial class CommandWordTests
{
    /// <summary>Flags of other programs.</summary>
    private static readonly string[] Foreign = ["--mpi"];

    [Fact]
    public void No_literal_of_a_library_names_a_flag_or_a_verb()
    {
        IEnumerable<string> naming = Literals()
            .Where(found => CommandWord().IsMatch(found.Text))
            .Select(found => $"{found.Place}: {found.Text}");
        Assert.Empty(naming);
    }

    [Fact]
    public void Every_translation_is_of_words_in_a_library()
    {
        string[] literals = [.. Literals().Select(found => found.Text)];
        string[] calls = [.. CommandWords.Calls.Keys.Select(name => $"{name}({{")];
        string[] names = [.. CommandWords.Translations.Keys.Select(
            name => name.StartsWith("task ", StringComparison.Ordinal) ? "task {" : name)];
        IEnumerable<string> unsaid = calls.Concat(names)
            .Where(words => !literals.Any(text => text.Contains(words, StringComparison.Ordinal)));
        Assert.Empty(unsaid);
    }

    [Fact]
    public void Every_translation_is_a_flag_or_verb_to_type()
    {
        Command[] verbs = [.. Commands(CommandLine.CreateRoot())];
        string[] known =
        [
            .. verbs.SelectMany(verb => verb.Options.Select(option => option.Name).Append(verb.Name)),
            .. Foreign,
        ];
        Assert.All(CommandWords.Translations.Values.Concat(CommandWords.Calls.Values), words => Assert.All(
            CommandWord().Matches(words), found => Assert.Contains(found.Value.Split(' ')[^1], known)));
    }

    private static IEnumerable<Command> Commands(Command top) => top.Subcommands.SelectMany(Commands).Prepend(top);

    private static IEnumerable<(string Place, string Text)> Literals()
        => from folder in Directory.EnumerateDirectories(Path.Combine(SourceTree.Root, "src"))
           where Path.GetFileName(folder) != "SimClr.Cli"
           from file in SourceTree.Files(folder)
           from line in File.ReadLines(file).Index()
           where !line.Item.TrimStart().StartsWith("//", StringComparison.Ordinal)
           from literal in Literal().Matches(line.Item)
           select ($"{Path.GetRelativePath(SourceTree.Root, file)}:{line.Index + 1}", literal.Value);

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"
        """)]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]+|\bsimclr [a-z]+")]
    private static partial Regex CommandWord();
}
