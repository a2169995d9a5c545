using SimClr.Checkpoints;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Embeddings;

namespace SimClr.Cli.Verbs;

/// <summary>Embeddings, read from a file or computed from images, with the images behind them.</summary>
internal sealed class TableInputs : IDisposable
{
    private readonly ImageDataSet? set;
    private readonly string? folder;

    private TableInputs(EmbeddingTable table, ImageDataSet? set, string? folder, int skipped)
    {
        Table = table;
        Images = new RowImages(table.Paths, set, folder);
        Skipped = skipped;
        (this.set, this.folder) = (set, folder);
    }

    public EmbeddingTable Table { get; }

    public RowImages Images { get; }

    /// <summary>The number of images that could not be read while they were embedded.</summary>
    public int Skipped { get; }

    /// <summary>Reads the embeddings, or opens the images and embeds them.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="arguments">The arguments that name them.</param>
    /// <param name="display">The display of the progress.</param>
    /// <param name="runOfFile">
    /// Whether <c>--run</c> may also name the encoder of an embeddings file; otherwise the source is images with it.
    /// </param>
    public static TableInputs Open(
        CommandContext context, TableArguments arguments, IDisplay display, bool runOfFile = false)
    {
        ComputeEnvironment.LimitThreads(context.Threads ?? 0);

        string source = context.Value(arguments.Source);
        string? folder = context.Value(arguments.Images);
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new ConfigurationException($"--images: there is no folder '{folder}'");
        }

        if (context.Value(arguments.Run) is null && context.IsSpecified(arguments.Set))
        {
            throw new ConfigurationException("--set applies to images that are embedded first; use it with --run");
        }

        return context.Value(arguments.Run) is { } run && !(runOfFile && EmbeddingsInputs.IsFile(source))
            ? Embed(context, source, run, context.Value(arguments.Set), folder, display)
            : new TableInputs(Read(context, source), null, folder, 0);
    }

    /// <summary>
    /// Returns the same embeddings with one row per file if several links lead to it: the row with the file's own path,
    /// otherwise the first. The result shares its resources with this object and needs no disposal.
    /// </summary>
    public TableInputs WithoutLinks()
    {
        int[] rows = Images.RowsWithoutLinks();
        return rows.Length == Table.Count ? this : new TableInputs(Table.Subset(rows), set, folder, Skipped);
    }

    public void Dispose() => set?.Dispose();

    private static EmbeddingTable Read(CommandContext context, string source)
        => Directory.Exists(source)
            ? throw new ConfigurationException(
                $"'{source}' is a folder of images; give an encoder with --run, or an embeddings "
                    + "file written by 'simclr embed'")
            : EmbeddingsInputs.Read(source, context.WriteNote);

    private static TableInputs Embed(
        CommandContext context, string source, string run, string[]? changes, string? folder, IDisplay display)
    {
        DataOptions reading = EncoderInput.ReadingOf(run, changes);
        using TrainedEncoder encoder = EncoderInput.Open(context, run);
        ImageDataSet images = context.OpenImages(source, reading);
        try
        {
            var skipped = new SkippedImages(images, reading);
            EmbeddingTable table = Embedder.Embed(
                encoder,
                images,
                reading,
                skipped,
                display.Images($"embedding {images.Name}", images.Count),
                context.Cancel);
            return new TableInputs(table, images, folder, skipped.Count);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }
}
