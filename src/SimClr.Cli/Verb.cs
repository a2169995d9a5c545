using System.CommandLine;
using SimClr.Distributed;

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

    /// <summary>Whether several processes that a launcher started share its work, or may each do it.</summary>
    public bool SupportsRanks { get; set; }

    /// <summary>Sets what the command does.</summary>
    public Verb Handle(Action<CommandContext> action)
    {
        SetAction((parsed, cancel) =>
        {
            RejectRanks();
            UsageErrors.RejectEmptyNames(parsed);
            var context = new CommandContext(parsed, cancel);
            context.Outputs.Check();
            action(context);
            return Task.FromResult(0);
        });
        return this;
    }

    // Each would do all of the work, and write the same files at once.
    private void RejectRanks()
    {
        if (!SupportsRanks && Launch.IsDistributed)
        {
            throw new ConfigurationException(
                $"'{Name}' runs in one process, and a launcher started several; start it without mpirun or srun (pretrain, supervised, embed, evaluate linear and evaluate finetune share their work)");
        }
    }
}
