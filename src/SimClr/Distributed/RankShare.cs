namespace SimClr.Distributed;

/// <summary>
/// Which images of a batch a rank takes. The batch is cut into micro-batches first, and each of them is dealt out to the
/// ranks in order, so that ranks · micro images of one process and micro images on each of several ranks are the same
/// micro-batch. What a rank gets differs by one image at most; its micro-batches follow each other.
/// </summary>
internal sealed class RankShare
{
    private readonly int[] bounds;
    private readonly int ranks;
    private readonly int rank;

    /// <param name="batch">Images of a batch, over all ranks.</param>
    /// <param name="parts">Micro-batches of a step.</param>
    /// <param name="ranks">Ranks.</param>
    /// <param name="rank">This one.</param>
    /// <exception cref="ConfigurationException">There is not an image of each micro-batch for every rank.</exception>
    public RankShare(int batch, int parts, int ranks = 1, int rank = 0)
    {
        (Batch, this.ranks, this.rank) = (batch, ranks, rank);
        bounds = [.. Enumerable.Range(0, parts + 1).Select(part => Bound(batch, part, parts))];
        if (batch / parts < ranks)
        {
            throw new ConfigurationException(
                $"{ranks} ranks cannot share a batch of {batch} images{(parts > 1 ? $" in {parts} micro-batches" : "")}: each needs an image at least. Start fewer ranks, or use a larger batch (Batch.Size)");
        }
    }

    /// <summary>Images of a batch, over all ranks.</summary>
    public int Batch { get; }

    /// <summary>Micro-batches of a step.</summary>
    public int Parts => bounds.Length - 1;

    /// <summary>Images of a batch that this rank takes.</summary>
    public int Images => RangesOf(rank).Sum(range => (int)range.Count);

    /// <summary>The most that a rank takes.</summary>
    public int MaxImages => ImagesPerRank.Max();

    /// <summary>Images of a batch that each rank takes.</summary>
    public IReadOnlyList<int> ImagesPerRank => [.. Enumerable.Range(0, ranks).Select(other => RangesOf(other).Sum(range => (int)range.Count))];

    /// <summary>The most that this rank takes of a micro-batch.</summary>
    public int MaxMicroBatch => RangesOf(rank).Max(range => (int)range.Count);

    /// <summary>The places of its images in the batch.</summary>
    public IReadOnlyList<(long First, long Count)> LocalRanges => RangesOf(rank);

    /// <summary>
    /// Where each image of the batch is found when all ranks' images stand one rank after another, each filled up to
    /// <see cref="MaxImages"/>; null where it is its own place.
    /// </summary>
    public long[]? Order
    {
        get
        {
            long[] order = new long[Batch];
            for (int other = 0; other < ranks; other++)
            {
                long place = (long)other * MaxImages;
                foreach (long image in RangesOf(other).SelectMany(Positions))
                {
                    order[image] = place++;
                }
            }

            return order.Where((place, image) => place != image).Any() ? order : null;
        }
    }

    /// <summary>The share of the batch that a micro-batch is, over all ranks.</summary>
    public double Weight(int part) => (double)(bounds[part + 1] - bounds[part]) / Batch;

    /// <summary>This rank's images of each micro-batch.</summary>
    public IEnumerable<int[]> Split(int[] batch)
        => LocalRanges.Select(range => batch[(int)range.First..(int)(range.First + range.Count)]);

    /// <summary>The numbers of a range.</summary>
    public static IEnumerable<long> Positions((long First, long Count) range)
        => Enumerable.Range(0, (int)range.Count).Select(i => range.First + i);

    private (long First, long Count)[] RangesOf(int other) => [.. Enumerable.Range(0, Parts).Select(part =>
    {
        int size = bounds[part + 1] - bounds[part];
        long first = Bound(size, other, ranks);
        return (bounds[part] + first, Bound(size, other + 1, ranks) - first);
    })];

    private static int Bound(int size, int part, int parts) => (int)((long)part * size / parts);
}
