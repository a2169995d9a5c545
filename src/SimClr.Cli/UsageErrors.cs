using System.CommandLine;
using SimClr.Internals;

namespace SimClr.Cli;

/// <summary>Says in plain words what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageErrors
{
    public static void Write(ParseResult parsed, TextWriter error)
    {
        Command command = parsed.CommandResult.Command;
        foreach (string problem in Problems(parsed, command))
        {
            error.WriteLine($"error: {problem}");
        }

        error.WriteLine($"See '{FullName(command)} --help'.");
    }

    private static IEnumerable<string> Problems(ParseResult parsed, Command command)
    {
        IReadOnlyList<string> unmatched = parsed.UnmatchedTokens;
        if (unmatched.Count > 0)
        {
            return [Unknown(unmatched[0], command)];
        }

        if (command.Subcommands.Count > 0)
        {
            return [$"'{FullName(command)}' needs one of {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}"];
        }

        Argument? missing = command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > 0 && !(parsed.GetResult(argument)?.Tokens.Count > 0));
        return missing is null
            ? parsed.Errors.Select(problem => problem.Message.TrimEnd('.')).Distinct()
            : [$"{missing.Name} is missing: {missing.Description}"];
    }

    private static string Unknown(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            string name = token.Split('=')[0];
            IEnumerable<string> options = Lineage(command).SelectMany(parent => parent.Options)
                .Where(option => option.Recursive || command.Options.Contains(option))
                .Select(option => option.Name);
            return $"'{FullName(command)}' has no option '{name}'{Nearest.Hint(name, options)}";
        }

        return command.Subcommands.Count > 0
            ? $"'{FullName(command)}' has no command '{token}'{Nearest.Hint(token, command.Subcommands.Select(verb => verb.Name))}"
            : $"'{FullName(command)}' does not know what to do with '{token}'";
    }

    private static string FullName(Command command)
        => string.Join(' ', Lineage(command).Reverse().Select(parent => parent.Name));

    private static IEnumerable<Command> Lineage(Command command)
    {
        for (Command? current = command; current is not null; current = current.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return current;
        }
    }
}
