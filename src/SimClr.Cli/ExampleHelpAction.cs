using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SimClr.Cli;

/// <summary>The standard help, followed by the verb's details and examples.</summary>
internal sealed class ExampleHelpAction(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Command command = parseResult.CommandResult.Command;
        using var help = new StringWriter();
        parseResult.InvocationConfiguration.Output = help;
        int code = usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(WithoutArgumentsOfParents(command, help.ToString()));
        if (command is Verb verb)
        {
            foreach (string line in verb.Details)
            {
                output.WriteLine(line);
            }

            if (verb.Details.Count > 0)
            {
                output.WriteLine();
            }

            output.WriteLine("Examples:");
            foreach (string example in verb.Examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return code;
    }

    // The usage of "runs compare" would read "runs [<DIR>] compare", which nobody types.
    private static string WithoutArgumentsOfParents(Command command, string help)
        => command.Parents.OfType<Command>().Aggregate(help, (text, parent) => parent.Arguments.Aggregate(
            text, (shorter, argument) => shorter.Replace(
                $"{parent.Name} [<{argument.Name}>] ", $"{parent.Name} ", StringComparison.Ordinal)));
}
