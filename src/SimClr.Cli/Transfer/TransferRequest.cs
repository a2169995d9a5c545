using System.Globalization;
using SimClr.Data;

namespace SimClr.Cli.Transfer;

/// <summary>What the user asked the transfer suite for.</summary>
/// <param name="Run">The encoder.</param>
/// <param name="Root">The folder of the sets' folders.</param>
/// <param name="Only">The sets; null for all that are there.</param>
/// <param name="AllowPartial">Whether images may be missing.</param>
/// <param name="Reading">Changes of how images are read.</param>
internal sealed record TransferRequest(
    string Run, string Root, IReadOnlyList<TransferSet>? Only, bool AllowPartial, string[] Reading)
{
    /// <summary>What to type for the same.</summary>
    public string CommandLine(long seed)
    {
        string only = Only is null ? "" : $" --only {string.Join(',', Only.Select(set => set.Name))}";
        string reading = string.Concat(Reading.Select(change => $" --set {ShellText.Quote(change)}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"simclr evaluate transfer {ShellText.Quote(Run)} --data-root {ShellText.Quote(Root)}{only}{(AllowPartial ? " --allow-partial" : "")}{reading} --seed {seed}");
    }
}
