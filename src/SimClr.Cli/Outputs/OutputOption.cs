using System.CommandLine;

namespace SimClr.Cli.Outputs;

/// <summary>
/// An option that names an output file. <see cref="CommandOutputs"/> checks the file before the command starts;
/// <see cref="CommandContext.File"/> returns it.
/// </summary>
internal sealed class OutputOption : Option<string?>
{
    /// <summary>Creates the option.</summary>
    /// <param name="name">The name of the option, such as <c>--out</c>.</param>
    /// <param name="kind">The kind of content.</param>
    /// <param name="description">The help text.</param>
    public OutputOption(string name, OutputKind kind, string description)
        : base(name)
    {
        Kind = kind;
        Description = description;
        HelpName = "FILE";
    }

    /// <summary>The kind of content.</summary>
    public OutputKind Kind { get; }

    /// <summary>The option that makes the value something other than a file name; null for none.</summary>
    public Option? NoFileWith { get; init; }

    /// <summary>The input that this output may replace because it contains all of it; null for none.</summary>
    public Option? MayReplace { get; init; }
}
