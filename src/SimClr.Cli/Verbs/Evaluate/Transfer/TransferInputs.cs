using System.Globalization;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>What the user asked the transfer suite for.</summary>
/// <param name="Run">The encoder.</param>
/// <param name="Root">The folder of the sets' folders.</param>
/// <param name="Only">The sets; null for all that are there.</param>
/// <param name="AllowPartial">Whether images may be missing.</param>
/// <param name="Reading">Changes of how images are read.</param>
internal sealed record TransferInputs(
    string Run, string Root, IReadOnlyList<TransferSet>? Only, bool AllowPartial, string[] Reading)
{
    public const string Linear = "linear";
    public const string FineTune = "finetune";
    public const string FullGrid = "full";
    public const string ThinGrid = "thin";

    /// <summary>How the encoder is measured.</summary>
    public string Protocol { get; init; } = Linear;

    /// <summary>Rates and decays that fine-tuning chooses from.</summary>
    public string Grid { get; init; } = FullGrid;

    /// <summary>Steps of fine-tuning; null for the paper's.</summary>
    public int? Steps { get; init; }

    /// <summary>Whether the classes of each set are wanted too.</summary>
    public bool PerClass { get; init; }

    /// <summary>Whether stored results are ignored.</summary>
    public bool Force { get; init; }

    /// <summary>The sets that were asked for.</summary>
    public IReadOnlyList<TransferSet> Selected => Only ?? TransferCatalog.Sets;

    /// <summary>What to type for the same.</summary>
    public string CommandLine(long seed)
    {
        string only = Only is null ? "" : $" --only {string.Join(',', Only.Select(set => set.Name))}";
        string reading = string.Concat(Reading.Select(change => $" --set {ShellText.Quote(change)}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"simclr evaluate transfer {ShellText.Quote(Run)} --data-root {ShellText.Quote(Root)}{only}{(AllowPartial ? " --allow-partial" : "")}{FineTuningArguments()}{reading} --seed {seed}");
    }

    private string FineTuningArguments()
    {
        string steps = Steps is { } number ? string.Create(CultureInfo.InvariantCulture, $" --steps {number}") : "";
        return Protocol == Linear ? "" : $" --protocol {Protocol} --grid {Grid}{steps}";
    }
}
