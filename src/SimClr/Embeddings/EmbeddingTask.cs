using System.Diagnostics;
using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Inference;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// The embedding of a set, or of a part of it, into a file, in memory that does not grow with the number of images.
/// Completed rows are kept in <c>FILE.part</c>. If the task is interrupted at any moment and started again, it resumes
/// there and produces the same bytes.
/// </summary>
/// <param name="Encoder">The encoder and its preprocessing.</param>
/// <param name="Images">The images to embed.</param>
/// <param name="Options">The options for reading images.</param>
public sealed record EmbeddingTask(TrainedEncoder Encoder, ImageDataSet Images, DataOptions Options)
{
    /// <summary>
    /// The projection head, if rows are to be z rather than h; otherwise null. Default: the head of the encoder.
    /// </summary>
    public nn.Module<Tensor, Tensor>? Head { get => field ?? Encoder.Head; init; }

    /// <summary>Whether each row is divided by its Euclidean length.</summary>
    public bool Normalize { get; init; }

    /// <summary>The part of the set to embed. Default: the whole set.</summary>
    public EmbeddingShard Shard { get; init; } = new(1, 1);

    /// <summary>The number of images in the part.</summary>
    public int Count
    {
        get
        {
            (int from, int to) = Range;
            return to - from;
        }
    }

    private (int From, int To) Range => Shard.RangeIn(Images.Count, Embedder.BatchSize(Encoder.Views.Size));

    /// <summary>Returns the path of the partial file that an interrupted task leaves beside its file.</summary>
    public static string PartOf(string path) => path + ".part";

    /// <summary>Embeds the remaining images and writes the file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="format">The format of the file.</param>
    /// <param name="skipped">The list that receives unreadable images.</param>
    /// <param name="progress">Receives the number of images processed.</param>
    /// <param name="cancellation">Stops the work between batches. Completed rows are kept.</param>
    /// <exception cref="DataException">Too many images, or all of them, cannot be read.</exception>
    /// <exception cref="ResumeMismatchException">The partial file belongs to a different job.</exception>
    public EmbeddingOutcome Run(
        string path,
        IEmbeddingFormat format,
        SkippedImages skipped,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        using Activity? span = Telemetry.StartSpan("embed");
        var transform = new EvaluationTransform(Encoder.Views);
        (int from, int to) = Range;
        EmbeddingJob job = EmbeddingJob.Create(Encoder, Head, Images, from, to, Normalize, Options);
        EmbeddingOutcome outcome;
        using (EmbeddingSpool spool = EmbeddingSpool.Open(PartOf(path), job, Images, skipped))
        {
            int resumed = spool.Next - from;
            progress?.Report(resumed);
            using (var network = new InferenceNetwork(Encoder.Module, Head))
            {
                foreach (EmbeddedBlock block in Embedder.Stream(
                    network, Images, spool.Next, to, Embedder.Renderer(transform), transform.Size, Options, skipped,
                    cancellation))
                {
                    spool.Append(Normalize ? NormalizeRows(block) : block, Skipped(block, spool.Next, skipped));
                    progress?.Report(block.Next - from);
                }
            }

            skipped.CheckAll();
            if (spool.Rows == 0)
            {
                throw Embedder.NoneReadable(Images);
            }

            EmbeddingRows rows = spool.ToRows();
            RequireFinite(rows);
            format.Write(path, rows);
            outcome = new EmbeddingOutcome(spool.Rows, spool.Dimension, to - from, resumed);
        }

        File.Delete(PartOf(path));
        return outcome;
    }

    // Checked before the file is written: any search in it would look like chance.
    private static void RequireFinite(EmbeddingRows rows)
    {
        foreach (EmbeddingTable block in rows.Blocks())
        {
            block.RequireFinite();
        }
    }

    private static EmbeddedBlock NormalizeRows(EmbeddedBlock block)
    {
        int dimension = block.Rows.Length == 0 ? 0 : block.Values.Length / block.Rows.Length;
        for (int row = 0; row < block.Rows.Length; row++)
        {
            Span<float> values = block.Values.AsSpan(row * dimension, dimension);
            EmbeddingTable.Normalize(values, values);
        }

        return block;
    }

    private (string Path, string Reason)[] Skipped(EmbeddedBlock block, int first, SkippedImages skipped) =>
    [
        .. Enumerable.Range(first, block.Next - first).Except(block.Rows)
            .Select(Images.PathOf).Select(path => (path, skipped.ReasonOf(path) ?? "")),
    ];

    /// <summary>Embeds on a separate thread.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public Task<EmbeddingOutcome> RunAsync(
        string path,
        IEmbeddingFormat format,
        SkippedImages skipped,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
        => LongTask.Run(() => Run(path, format, skipped, progress, cancellation));
}

/// <summary>The result of an embedding task.</summary>
/// <param name="Rows">The number of rows in the file.</param>
/// <param name="Dimension">The number of values per row.</param>
/// <param name="Images">The number of images in the part.</param>
/// <param name="Resumed">The number of images that an earlier run had processed.</param>
public sealed record EmbeddingOutcome(int Rows, int Dimension, int Images, int Resumed);
