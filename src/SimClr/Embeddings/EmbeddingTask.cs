using SimClr.Augmentation;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Inference;
using static TorchSharp.torch;

namespace SimClr.Embeddings;

/// <summary>
/// Embeds a set, or a part of it, into a file in memory that does not grow with the images. Rows done are kept in
/// <c>FILE.part</c>; ended at any moment and started again, it goes on from there and leaves the same bytes.
/// </summary>
/// <param name="Encoder">The encoder with its preprocessing.</param>
/// <param name="Images">What to embed.</param>
/// <param name="Options">How images are read.</param>
public sealed record EmbeddingTask(TrainedEncoder Encoder, ImageDataSet Images, DataOptions Options)
{
    /// <summary>The projection head, where rows are to be z instead of h.</summary>
    public nn.Module<Tensor, Tensor>? Head { get; init; }

    /// <summary>Whether each row is divided by its Euclidean length.</summary>
    public bool Normalize { get; init; }

    /// <summary>Which part of the set: all of it, or one of several.</summary>
    public EmbeddingShard Shard { get; init; } = new(1, 1);

    /// <summary>Images of the part.</summary>
    public int Count
    {
        get
        {
            (int from, int to) = Range;
            return to - from;
        }
    }

    private (int From, int To) Range => Shard.RangeIn(Images.Count, Embedder.BatchSize(Encoder.Views.Size));

    /// <summary>What an interrupted task leaves, beside its file.</summary>
    public static string PartOf(string path) => path + ".part";

    /// <summary>Does what is left to do, and writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="skipped">Takes the images that cannot be read.</param>
    /// <param name="progress">Told the number of images done.</param>
    /// <param name="cancellation">Stops between batches; what is done stays.</param>
    /// <exception cref="DataException">Too many images, or all, cannot be read.</exception>
    /// <exception cref="ResumeMismatchException">Something else was begun under this name.</exception>
    public EmbeddingOutcome Run(
        string path, IEmbeddingFormat format, SkippedImages skipped, IProgress<int>? progress, CancellationToken cancellation)
    {
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
                foreach (EmbeddedBlock block in Embedder.Stream(network, Images, spool.Next, to, transform, Options, skipped, cancellation))
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

    // Told before a file is there: every search in it would look like chance.
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
}

/// <summary>What an embedding left.</summary>
/// <param name="Rows">Rows in the file.</param>
/// <param name="Dimension">Numbers per row.</param>
/// <param name="Images">Images that it was to embed.</param>
/// <param name="Resumed">Those that an earlier call had done.</param>
public sealed record EmbeddingOutcome(int Rows, int Dimension, int Images, int Resumed);
