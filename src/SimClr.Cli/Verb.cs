using System.CommandLine;
using SimClr.Cli.Verbs;
using SimClr.Distributed;

namespace SimClr.Cli;

/// <summary>
/// A command with examples in its help. Its errors are exceptions, handled in <see cref="CommandLine"/>.
/// </summary>
/// <param name="name">The name as typed by the user.</param>
/// <param name="description">A one-line description.</param>
/// <param name="examples">Command lines that work as written.</param>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines that work as written.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>The help lines between options and examples.</summary>
    public IReadOnlyList<string> Details { get; set; } = [];

    /// <summary>Whether several processes started by a launcher can share the work, or may each do all of it.</summary>
    public bool SupportsRanks { get; set; }

    /// <summary>Sets the action of the command.</summary>
    public Verb Handle(Action<CommandContext> action)
    {
        SetAction((parsed, cancel) =>
        {
            RejectRanks();
            UsageErrors.RejectEmptyNames(parsed);
            var context = new CommandContext(parsed, cancel);
            context.Outputs.Check();
            WeightsDownload.EnsureRuns(context, parsed);
            action(context);
            return Task.FromResult(0);
        });
        return this;
    }

    // Otherwise, each process would do all of the work and write the same files at the same time.
    private void RejectRanks()
    {
        if (!SupportsRanks && Launch.IsDistributed)
        {
            throw new ConfigurationException(
                $"'{Name}' runs in one process, and a launcher started several; start it without mpirun or srun "
                    + "(pretrain, supervised, embed, evaluate linear and evaluate finetune share their work)");
        }
    }
}
