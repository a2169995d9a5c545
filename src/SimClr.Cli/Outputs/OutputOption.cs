using System.CommandLine;

namespace SimClr.Cli.Outputs;

/// <summary>
/// An option that names a file to write. <see cref="CommandOutputs"/> checks it before the command begins;
/// <see cref="CommandContext.File"/> gives the file.
/// </summary>
internal sealed class OutputOption : Option<string?>
{
    /// <param name="name">Such as <c>--out</c>.</param>
    /// <param name="kind">What the file holds.</param>
    /// <param name="description">For the help.</param>
    public OutputOption(string name, OutputKind kind, string description)
        : base(name)
    {
        Kind = kind;
        Description = description;
        HelpName = "FILE";
    }

    /// <summary>What the file holds.</summary>
    public OutputKind Kind { get; }

    /// <summary>An option with which the value is not a file's name; null for none.</summary>
    public Option? NoFileWith { get; init; }

    /// <summary>The input that this output may replace, since it holds all of it; null for none.</summary>
    public Option? MayReplace { get; init; }
}
