using System.Globalization;
using SimClr.Data;

namespace SimClr.Cli.Verbs;

/// <summary>The user's request to the transfer suite.</summary>
/// <param name="Run">The encoder.</param>
/// <param name="Root">The folder that contains the folders of the sets.</param>
/// <param name="Only">The requested sets; null for all available ones.</param>
/// <param name="AllowPartial">Whether images may be missing.</param>
/// <param name="Reading">Changes to the options for reading images.</param>
internal sealed record TransferInputs(
    string Run, string Root, IReadOnlyList<TransferSet>? Only, bool AllowPartial, string[] Reading)
{
    public const string Linear = "linear";
    public const string FineTune = "finetune";
    public const string FullGrid = "full";
    public const string ThinGrid = "thin";

    /// <summary>The evaluation protocol.</summary>
    public string Protocol { get; init; } = Linear;

    /// <summary>The grid of rates and decays for fine-tuning.</summary>
    public string Grid { get; init; } = FullGrid;

    /// <summary>The number of fine-tuning steps; null for the paper's.</summary>
    public int? Steps { get; init; }

    /// <summary>Whether fine-tuning starts from random weights instead of the encoder.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Whether per-class results are requested.</summary>
    public bool PerClass { get; init; }

    /// <summary>Whether the predictions are kept beside the records.</summary>
    public bool KeepPredictions { get; init; }

    /// <summary>Whether saved results are ignored.</summary>
    public bool Force { get; init; }

    /// <summary>The requested sets.</summary>
    public IReadOnlyList<TransferSet> Selected => Only ?? TransferCatalog.Sets;

    /// <summary>Returns the command line that reproduces the request.</summary>
    public string CommandLine(long seed)
    {
        string only = Only is null ? "" : $" --only {string.Join(',', Only.Select(set => set.Name))}";
        string reading = string.Concat(Reading.Select(change => $" --set {ShellText.Quote(change)}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"simclr evaluate transfer {ShellText.Quote(Run)} --data-root {ShellText.Quote(Root)}{only}"
                + $"{(AllowPartial ? " --allow-partial" : "")}{FineTuningArguments()}{reading} --seed {seed}");
    }

    private string FineTuningArguments()
    {
        string steps = Steps is { } number ? string.Create(CultureInfo.InvariantCulture, $" --steps {number}") : "";
        string scratch = FromScratch ? " --from-scratch" : "";
        return Protocol == Linear ? "" : $" --protocol {Protocol} --grid {Grid}{steps}{scratch}";
    }
}
