using System.Text;
using SimClr.Checkpoints;
using SimClr.Cli.Outputs;
using SimClr.Cli.Progress;
using SimClr.Data;
using SimClr.Diagnostics;
using SimClr.Distributed;
using SimClr.Embeddings;
using SimClr.Training;
using TorchSharp;

namespace SimClr.Cli.Verbs;

/// <summary>
/// The open images and encoder of one <c>simclr embed</c> command, and this rank's share of the work.
/// </summary>
internal sealed class EmbedInputs : IDisposable
{
    private readonly CommandOutputs outputs;
    private readonly IEmbeddingFormat format;
    private readonly TrainedEncoder encoder;
    private readonly ImageDataSet images;
    private readonly EmbeddingTask? task;
    private readonly EmbeddingSource source;
    private readonly int parts;

    /// <summary>The suffix of the list of unreadable images, appended to the name of the embeddings file.</summary>
    public const string SkippedSuffix = ".skipped.jsonl";

    private EmbedInputs(CommandContext context, EmbedArguments arguments, ICommunicator ranks, int cores)
    {
        string run = EmbedArguments.Required(context.Value(arguments.Run), arguments.Run);
        string data = EmbedArguments.Required(context.Value(arguments.Images), arguments.Images);
        EmbeddingShard asked = EmbedArguments.ParseShard(context.Value(arguments.Shard));
        if (ranks.Size > 1 && context.IsSpecified(arguments.Shard))
        {
            throw new ConfigurationException(
                $"--shard: got {asked.Number}/{asked.Total} in a run of {ranks.Size} ranks, which divide the "
                    + "images themselves; omit it");
        }

        outputs = context.Outputs;
        File = OutputAt(asked.NameOf(context.Value(arguments.Out)!));
        format = EmbeddingFile.FormatOf(File.Path, EmbeddingFormats.Others);
        string device = ComputeEnvironment.ResolveDevice(context.Device ?? "auto");
        ComputeEnvironment.LimitThreads(context.Threads is > 0 and { } threads ? threads : cores);
        DataOptions reading = EncoderInput.ReadingOf(run, context.Value(arguments.Set));
        reading = reading.Workers > 0 ? reading : reading with { Workers = cores };
        source = EmbeddingSource.Create(run, arguments.LayerOf(context), data);
        encoder = TrainedHead.LoadEncoder(run, source.Layer, device);
        try
        {
            images = context.OpenImages(data, reading);
        }
        catch
        {
            Dispose();
            throw;
        }

        Skipped = new SkippedImages(images, reading);
        int batchSize = Embedder.BatchSize(encoder.Views.Size);
        parts = Math.Min(ranks.Size, Math.Max(1, (images.Count + batchSize - 1) / batchSize));
        EmbeddingShard shard = parts > 1 ? new EmbeddingShard(Math.Min(ranks.Rank + 1, parts), parts) : asked;
        task = ranks.Rank < parts
            ? new EmbeddingTask(encoder, images, reading)
            {
                Normalize = context.Value(arguments.Normalize),
                Shard = shard,
            }
            : null;
    }

    /// <summary>The output file.</summary>
    public OutputFile File { get; }

    /// <summary>The unreadable images.</summary>
    public SkippedImages Skipped { get; }

    /// <summary>The file that lists the unreadable images.</summary>
    public string SkippedFile => File.Path + SkippedSuffix;

    /// <summary>Opens the encoder and the images.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="arguments">The arguments that name encoder, images and file.</param>
    /// <param name="ranks">The ranks that share the work.</param>
    /// <param name="cores">The number of cores for this rank if others share the machine; 0 for all.</param>
    public static EmbedInputs Open(CommandContext context, EmbedArguments arguments, ICommunicator ranks, int cores)
        => new(context, arguments, ranks, cores);

    /// <summary>Embeds the images. Each of several ranks embeds its share, and the first joins the results.</summary>
    public EmbeddingOutcome Run(CommandContext context, ICommunicator ranks)
    {
        OutputFile own = parts > 1 && task is not null ? OutputAt(task.Shard.NameOf(File.Path)) : File;
        EmbeddingOutcome outcome = ranks.OnEveryRank(
            () => task is null ? new EmbeddingOutcome(0, 0, 0, 0) : Embed(context, own));
        if (ranks.Size > 1)
        {
            ranks.Share(Skipped);
            outcome = Sum(ranks, outcome);
        }

        return ranks.OnRankZero(() =>
        {
            if (parts > 1)
            {
                JoinParts();
            }

            File.WithSuffix(EmbeddingSource.Suffix).Write(source.ToBytes());
            if (Skipped.Any)
            {
                File.WithSuffix(SkippedSuffix).Write(Encoding.UTF8.GetBytes(Skipped.Lines()));
            }

            return outcome;
        });
    }

    public void Dispose()
    {
        images?.Dispose();
        encoder.Dispose();
    }

    private static EmbeddingOutcome Sum(ICommunicator ranks, EmbeddingOutcome local)
    {
        using torch.Tensor counts = torch.tensor(
            new long[] { local.Rows, local.Images, local.Resumed }, device: torch.CPU);
        ranks.AllReduce(counts);
        long[] sums = counts.data<long>().ToArray();
        return new EmbeddingOutcome((int)sums[0], local.Dimension, (int)sums[1], (int)sums[2]);
    }

    private OutputFile OutputAt(string path) => outputs.Open("--out", path, OutputKinds.Embeddings);

    private EmbeddingOutcome Embed(CommandContext context, OutputFile file)
    {
        try
        {
            return Display.Show(context, display => file.Write(
                target => task!.Run(
                    target, format, Skipped, display.Images($"embedding {images.Name}", task.Count), context.Cancel)));
        }
        catch (OperationCanceledException stopped)
        {
            string part = EmbeddingTask.PartOf(file.Path);
            throw new StoppedException(
                System.IO.File.Exists(part)
                    ? $"finished rows are stored in {part}; repeat the command to continue"
                    : "no image was finished; repeat the command to start again",
                stopped);
        }
    }

    private void JoinParts()
    {
        string[] files = [.. Enumerable.Range(1, parts)
            .Select(number => new EmbeddingShard(number, parts).NameOf(File.Path))];
        if (files.FirstOrDefault(file => !System.IO.File.Exists(file)) is { } missing)
        {
            throw new ConfigurationException(
                $"--out: '{missing}', written by another rank, is not visible to rank 0; "
                    + "choose a file in a folder that all ranks share");
        }

        _ = File.Write(target => EmbeddingJoin.Write(files, target, EmbeddingFormats.Others));
        foreach (string beside in files.SelectMany(file => new[] { file, $"{file}.csv" }).Where(System.IO.File.Exists))
        {
            System.IO.File.Delete(beside);
        }
    }
}
