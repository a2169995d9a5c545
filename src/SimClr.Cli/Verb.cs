using System.CommandLine;

namespace SimClr.Cli;

/// <summary>A command with examples in its help. What goes wrong in it is thrown; see <see cref="CommandLine"/>.</summary>
/// <param name="name">What the user types.</param>
/// <param name="description">What it does, in one line.</param>
/// <param name="examples">Command lines that work as written.</param>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines that work as written.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Lines of the help between options and examples.</summary>
    public IReadOnlyList<string> Details { get; set; } = [];

    /// <summary>Sets what the command does.</summary>
    public Verb Does(Action<CommandContext> action)
    {
        SetAction((parsed, cancel) =>
        {
            action(new CommandContext(parsed, cancel));
            return Task.FromResult(0);
        });
        return this;
    }
}
