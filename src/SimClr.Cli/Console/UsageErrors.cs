using System.CommandLine;
using System.CommandLine.Parsing;
using SimClr.Internals;

namespace SimClr.Cli;

/// <summary>Explains in plain words the errors of a command line, and suggests corrections.</summary>
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

    /// <summary>Rejects an empty file or folder name, as left by an unset shell variable.</summary>
    /// <exception cref="ConfigurationException">A name is empty.</exception>
    public static void RejectEmptyNames(ParseResult parsed)
    {
        foreach (SymbolResult result in parsed.CommandResult.Children.Where(
            result => result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value))))
        {
            Symbol? named = result switch
            {
                ArgumentResult argument => argument.Argument,
                // An uppercase help name denotes a file.
                OptionResult { Option.HelpName: [>= 'A' and <= 'Z', ..] } option => option.Option,
                _ => null,
            };
            if (named is not null)
            {
                throw new ConfigurationException($"{named.Name}: got an empty value, expected: {named.Description}");
            }
        }
    }

    /// <summary>
    /// Whether a command line begins with words in brackets, which the parser takes for directives and drops.
    /// </summary>
    public static bool HasDirective(ParseResult parsed) => Directives(parsed).Any();

    private static IEnumerable<string> Directives(ParseResult parsed)
        => parsed.Tokens.Where(token => token.Type == TokenType.Directive).Select(token => token.Value);

    private static IEnumerable<string> Problems(ParseResult parsed, Command command)
    {
        if (Directives(parsed).FirstOrDefault() is { } directive)
        {
            return [$"'{Ancestors(command).Last().Name}' got an unexpected argument '{directive}'"];
        }

        IReadOnlyList<string> unmatched = parsed.UnmatchedTokens;
        if (unmatched.Count > 0)
        {
            return [Unknown(unmatched[0], command)];
        }

        if (command.Subcommands.Count > 0)
        {
            return [$"'{FullName(command)}' needs one of "
                + $"{string.Join(", ", command.Subcommands.Select(verb => verb.Name))}"];
        }

        string[] missing = [.. Missing(parsed, command)];
        return missing.Length > 0 ? missing : parsed.Errors.Select(problem => problem.Message.TrimEnd('.')).Distinct();
    }

    private static IEnumerable<string> Missing(ParseResult parsed, Command command)
    {
        foreach (Argument argument in command.Arguments)
        {
            if (argument.Arity.MinimumNumberOfValues > 0 && !(parsed.GetResult(argument)?.Tokens.Count > 0))
            {
                yield return $"{argument.Name} is missing: {argument.Description}";
            }
        }

        foreach (Option option in Known(command))
        {
            OptionResult? result = parsed.GetResult(option);
            if (result is { Implicit: false, Tokens.Count: 0 } && option.Arity.MinimumNumberOfValues > 0)
            {
                yield return $"{option.Name} needs a value: {option.Description}";
            }
            else if (option.Required && result is not { Implicit: false })
            {
                yield return $"{option.Name} is missing: {option.Description}";
            }
        }
    }

    private static string Unknown(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            string name = token.Split('=')[0];
            IEnumerable<string> options = Known(command).Where(option => !option.Hidden).Select(option => option.Name);
            return $"'{FullName(command)}' has no option '{name}'{DidYouMean.Hint(name, options)}";
        }

        return command.Subcommands.Count > 0
            ? $"'{FullName(command)}' has no command "
                + $"'{token}'{DidYouMean.Hint(token, command.Subcommands.Select(verb => verb.Name))}"
            : $"'{FullName(command)}' got an unexpected argument '{token}'";
    }

    private static IEnumerable<Option> Known(Command command)
        => Ancestors(command).SelectMany(parent => parent.Options)
            .Where(option => option.Recursive || command.Options.Contains(option));

    private static string FullName(Command command)
        => string.Join(' ', Ancestors(command).Reverse().Select(parent => parent.Name));

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (Command? current = command; current is not null; current = current.Parents.OfType<Command>()
            .FirstOrDefault())
        {
            yield return current;
        }
    }
}
