using System.Numerics.Tensors;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Duplicates;

/// <summary>
/// The threshold of near-duplicates for an encoder and a set of images, measured on the images themselves: copies of a
/// sample are made by each <see cref="CopyChange"/> and embedded, and each copy is compared with all images of the set.
/// Of the cosines at and above the threshold, at least 99% are those of copies with their originals. Images with real
/// copies in the set, according to bytes and perceptual hashes, are not part of the sample, because their copies would
/// count as mistakes.
/// </summary>
public sealed record CopyThreshold
{
    /// <summary>The minimum share of accepted pairs that are true copies.</summary>
    public const double MinPrecision = 0.99;

    /// <summary>The minimum share of copies that are accepted; an encoder below it cannot tell duplicates.</summary>
    public const double MinRecall = 0.1;

    /// <summary>The maximum number of images of which copies are made.</summary>
    public const int MaxImages = 128;

    /// <summary>The minimum number of images of which copies are made.</summary>
    public const int MinImages = 10;

    // Of each image of the sample, the nearest others, among which its real copies are.
    private const int NearestCompared = 5;

    // The original images that are embedded again, to see that the table is the encoder's.
    private const int ImagesOfCheck = 8;
    private const double MinAgreement = 0.99;

    // Thresholds are rounded down, so that a printed one is the one that was measured.
    private const double Step = 1e-6;
    private const int Decimals = 6;

    private CopyThreshold()
    {
    }

    /// <summary>The threshold, a cosine; null if none has the required precision and recall.</summary>
    public double? Value { get; private init; }

    /// <summary>
    /// The share of accepted pairs that are a copy and its original, if each image of the set had one copy; without a
    /// threshold, the highest share at which <see cref="MinRecall"/> of the copies are accepted.
    /// </summary>
    public double Precision { get; private init; }

    /// <summary>The share of copies that are accepted; 0 without a threshold.</summary>
    public double Recall { get; private init; }

    /// <summary>The share of copies that are accepted, for each change.</summary>
    public IReadOnlyDictionary<CopyChange, double> RecallByChange { get; private init; } =
        new Dictionary<CopyChange, double>();

    /// <summary>The number of images of which copies were made.</summary>
    public int Images { get; private init; }

    /// <summary>Measures the threshold.</summary>
    /// <param name="encoder">The encoder that computed the table.</param>
    /// <param name="table">The embeddings of the set.</param>
    /// <param name="images">The images of the rows, in the same order.</param>
    /// <param name="options">
    /// The options for reading images, as when the table was computed; null for the defaults.
    /// </param>
    /// <param name="seed">The seed of the sample and of the copies.</param>
    /// <param name="progress">Receives the number of embedded copies.</param>
    /// <param name="cancellation">Cancellation token, checked between images.</param>
    /// <exception cref="ArgumentException">The table and the images differ in number.</exception>
    /// <exception cref="DataException">
    /// The table was computed by another encoder, or fewer than <see cref="MinImages"/> images can be read and have no
    /// copies in the set.
    /// </exception>
    public static CopyThreshold Measure(
        TrainedEncoder encoder,
        EmbeddingTable table,
        ImageDataSet images,
        DataOptions? options = null,
        long seed = 0,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(images);
        if (table.Count != images.Count)
        {
            throw new ArgumentException($"got {images.Count} images, expected {table.Count}", nameof(images));
        }

        options ??= new DataOptions();
        UnitRows rows = UnitRows.FromTable(table, MinImages, "measure a threshold");
        if (encoder.Dimension != rows.Dimension)
        {
            throw new DataException(
                $"the embeddings have {rows.Dimension} numbers, those of the encoder {encoder.Dimension}. Use the "
                    + "encoder that computed them");
        }

        int[] sample = Sample(rows, images, options, seed, cancellation);
        RequireSameEncoder(encoder, rows, images, sample, options, cancellation);
        UnitRows copies = UnitRows.FromTable(
            Embed(encoder, new CopiedDataSet(images.Subset(sample), seed), options, progress, cancellation),
            MinImages,
            "measure a threshold");
        float[] positives = [.. Enumerable.Range(0, copies.Count).Select(
            copy => Cosine(copies[copy], rows[sample[copy / CopiedDataSet.Changes]]))];
        return Choose(positives, Negatives(rows, sample, copies, positives, cancellation)) with
        {
            Images = sample.Length,
        };
    }

    /// <summary>
    /// Chooses the lowest threshold of the required precision.
    /// </summary>
    /// <param name="positives">The cosines of copies with their originals; copy i is by change i mod 4.</param>
    /// <param name="negatives">
    /// For each positive in ascending order, the number of other pairs with a cosine from it up to the next positive.
    /// </param>
    internal static CopyThreshold Choose(float[] positives, long[] negatives)
    {
        double[] candidates = Candidates(positives);
        long accepted = 0;
        (double Value, double Precision)? best = null;
        double bestPrecision = 0;
        for (int i = candidates.Length - 1; i >= 0; i--)
        {
            accepted += negatives[i];
            if (i > 0 && candidates[i - 1] == candidates[i])
            {
                continue;   // an equal cosine is accepted by the same threshold
            }

            double precision = (double)(candidates.Length - i) / (candidates.Length - i + accepted);
            if (candidates.Length - i < MinRecall * candidates.Length)
            {
                continue;
            }

            bestPrecision = Math.Max(bestPrecision, precision);
            if (precision >= MinPrecision)
            {
                best = (candidates[i], precision);
            }
        }

        if (best is not { } chosen)
        {
            return new CopyThreshold { Precision = bestPrecision };
        }

        bool[] found = [.. positives.Select(cosine => Rounded(cosine) >= chosen.Value)];
        return new CopyThreshold
        {
            Value = chosen.Value,
            Precision = chosen.Precision,
            Recall = Share(found),
            RecallByChange = Enum.GetValues<CopyChange>().ToDictionary(
                change => change,
                change => Share(found.Where((_, copy) => copy % CopiedDataSet.Changes == (int)change))),
        };
    }

    private static double Share(IEnumerable<bool> found) => found.Average(accepted => accepted ? 1.0 : 0);

    private static double Rounded(float cosine) => Math.Round(Math.Floor(cosine / Step) * Step, Decimals);

    private static double[] Candidates(float[] positives) => [.. positives.Select(Rounded).Order()];

    /// <summary>
    /// Draws images that can be read, are not blank, and have no copy among the images nearest to them.
    /// </summary>
    private static int[] Sample(
        UnitRows rows, ImageDataSet images, DataOptions options, long seed, CancellationToken cancellation)
    {
        int[] drawn = [.. new RandomStream(seed, Purpose.Copies).Permutation(rows.Count).Take(MaxImages)];
        int[][] nearest = new int[drawn.Length][];
        _ = Parallel.For(
            0,
            drawn.Length,
            new ParallelOptions { CancellationToken = cancellation },
            i => nearest[i] = Nearest(rows, drawn[i]));
        int[] read = [.. drawn.Concat(nearest.SelectMany(others => others)).Distinct()];
        Dictionary<int, ImageSignature?> signatures = read
            .Zip(ImageSignature.ReadAll(images.Subset(read), options, cancellation: cancellation))
            .ToDictionary(pair => pair.First, pair => pair.Second);
        int[] sample = [.. drawn.Where((row, i) => signatures[row] is { Hash: not null } own
            && !nearest[i].Any(other
                => signatures[other]?.IsCopyOf(own, PerceptualHash.MaxConfirmedDistance) == true))];
        return sample.Length >= MinImages ? sample : throw new DataException(
            $"{sample.Length} of {drawn.Length} images can be read, are not blank and have no copies among the others, "
                + $"expected at least {MinImages} to measure a threshold. Specify a threshold, or find copies by their "
                + "hashes alone");
    }

    private static int[] Nearest(UnitRows rows, int row)
    {
        var nearest = new PriorityQueue<int, float>();
        for (int other = 0; other < rows.Count; other++)
        {
            if (other != row)
            {
                nearest.Enqueue(other, Cosine(rows[row], rows[other]));
                if (nearest.Count > NearestCompared)
                {
                    nearest.Dequeue();
                }
            }
        }

        return [.. nearest.UnorderedItems.Select(item => item.Element)];
    }

    private static void RequireSameEncoder(
        TrainedEncoder encoder,
        UnitRows rows,
        ImageDataSet images,
        int[] sample,
        DataOptions options,
        CancellationToken cancellation)
    {
        int[] some = sample[..Math.Min(ImagesOfCheck, sample.Length)];
        UnitRows again = UnitRows.FromTable(
            Embed(encoder, images.Subset(some), options, null, cancellation), 1, "measure a threshold");
        double agreement = some.Index().Select(row => (double)Cosine(again[row.Index], rows[row.Item])).Order()
            .ElementAt(some.Length / 2);
        if (agreement < MinAgreement)
        {
            throw new DataException(FormattableString.Invariant(
                $"embedded again, the images have a cosine of {agreement:0.000} with the embeddings, expected 1. ")
                    + "Use the encoder that computed them");
        }
    }

    private static EmbeddingTable Embed(
        TrainedEncoder encoder,
        ImageDataSet images,
        DataOptions options,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        EmbeddingTable table = Embedder.Embed(
            encoder, images, options with { MaxSkipped = 1 }, progress: progress, cancellation: cancellation);
        return table.Count == images.Count ? table : throw new DataException(
            $"{images.Count - table.Count} of {images.Count} images can no longer be read; were they changed?");
    }

    /// <summary>
    /// Counts the pairs of a copy and another image than its original by the positives that they reach.
    /// </summary>
    private static long[] Negatives(
        UnitRows rows, int[] sample, UnitRows copies, float[] positives, CancellationToken cancellation)
    {
        double[] candidates = Candidates(positives);
        long[] counts = new long[candidates.Length];
        _ = Parallel.For(
            0,
            copies.Count,
            new ParallelOptions { CancellationToken = cancellation },
            () => new long[candidates.Length],
            (copy, _, own) =>
            {
                for (int row = 0; row < rows.Count; row++)
                {
                    float cosine = Cosine(copies[copy], rows[row]);
                    if (cosine >= candidates[0] && row != sample[copy / CopiedDataSet.Changes])
                    {
                        int place = Array.BinarySearch(candidates, Rounded(cosine));
                        place = place < 0 ? ~place - 1 : place;
                        own[Math.Max(0, place)]++;
                    }
                }

                return own;
            },
            own =>
            {
                lock (counts)
                {
                    TensorPrimitives.Add<long>(counts, own, counts);
                }
            });
        return counts;
    }

    private static float Cosine(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
        => Math.Clamp(TensorPrimitives.Dot(one, other), -1, 1);
}
