using System.CommandLine;
using System.CommandLine.Parsing;
using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Internals;

namespace SimClr.Cli.Verbs;

/// <summary>Downloads of named weights, with their progress and license on standard error.</summary>
internal static class WeightsDownload
{
    private const int Megabyte = 1_000_000;
    private const int UnknownMegabytes = 200;   // A guess for the bar; the text states what arrived.

    /// <summary>
    /// Downloads the weights that a command line names where a run is expected, before the command starts. The library
    /// would download them too, without a word.
    /// </summary>
    /// <exception cref="ConfigurationException">No weights have this name.</exception>
    /// <exception cref="DataException">They cannot be downloaded.</exception>
    public static void EnsureRuns(CommandContext context, ParseResult parsed)
    {
        foreach (SymbolResult result in parsed.CommandResult.Children.Where(TakesRun))
        {
            foreach (Token token in result.Tokens)
            {
                Ensure(context, token.Value);
            }
        }
    }

    /// <summary>Downloads weights if a text names some that are not in the cache.</summary>
    /// <inheritdoc cref="EnsureRuns" path="/exception"/>
    public static void Ensure(CommandContext context, string? run)
    {
        if (WeightsCatalog.IsName(run) && WeightsCatalog.Find(run!) is { } weights)
        {
            var cache = new WeightsCache();
            if (cache.Find(weights) is null)
            {
                _ = Get(
                    context, weights, progress => cache.GetAsync(weights, progress: progress, cancel: context.Cancel));
            }
        }
    }

    /// <summary>Runs a download, and shows its progress.</summary>
    public static CachedWeights Get(
        CommandContext context, NamedWeights weights, Func<IProgress<long>, Task<CachedWeights>> get)
    {
        try
        {
            CachedWeights found = Display.Show(
                context, display => get(Progress(display, weights)).GetAwaiter().GetResult());
            context.WriteNote($"note: {weights.Name} is licensed under {LicenseOf(weights)}: {weights.Source}");
            return found;
        }
        catch (OperationCanceledException stop) when (context.Cancel.IsCancellationRequested)
        {
            throw new StoppedException("downloaded data is kept; repeat the command to continue", stop);
        }
    }

    /// <summary>Returns the license, and whether it excludes commercial use.</summary>
    public static string LicenseOf(NamedWeights weights)
        => weights.License + (weights.AllowsCommercialUse ? "" : ", not for commercial use");

    private static ImmediateProgress<long> Progress(IDisplay display, NamedWeights weights)
    {
        int total = (int)((weights.Bytes ?? (UnknownMegabytes * (long)Megabyte)) / Megabyte);
        string of = weights.Bytes is { } all ? $" of {ByteSize.Format(all)}" : "";
        IProgress<WorkDone>? work = null;
        return new ImmediateProgress<long>(bytes =>
        {
            work ??= display.Work(total);
            work.Report(new WorkDone(
                (int)Math.Min(bytes / Megabyte, total), $"downloading {weights.Name}: {ByteSize.Format(bytes)}{of}"));
        });
    }

    // The run directory of 'pretrain --out' has the same help name.
    private static bool TakesRun(SymbolResult result) => result switch
    {
        ArgumentResult argument => argument.Argument.Name == "RUN",
        OptionResult option => option.Option is { HelpName: "RUN", Name: not "--out" },
        _ => false,
    };
}
