namespace SimClr.Distributed;

/// <summary>
/// The images of a batch that a rank processes. The batch is first cut into micro-batches, and each micro-batch is then
/// divided among the ranks in order. A micro-batch of ranks · micro images in one process is therefore the same as
/// micro images on each of several ranks. Within a micro-batch, the shares of two ranks differ by at most one image,
/// and each share is contiguous.
/// </summary>
internal sealed class RankShare
{
    private readonly int[] bounds;
    private readonly int ranks;
    private readonly int rank;

    /// <param name="batch">The number of images in a batch, over all ranks.</param>
    /// <param name="parts">The number of micro-batches in a step.</param>
    /// <param name="ranks">The number of ranks.</param>
    /// <param name="rank">The rank whose share this is.</param>
    /// <exception cref="ConfigurationException">A micro-batch has fewer images than there are ranks.</exception>
    public RankShare(int batch, int parts, int ranks = 1, int rank = 0)
    {
        (Batch, this.ranks, this.rank) = (batch, ranks, rank);
        bounds = [.. Enumerable.Range(0, parts + 1).Select(part => Bound(batch, part, parts))];
        if (batch / parts < ranks)
        {
            throw new ConfigurationException(
                $"{ranks} ranks cannot share a batch of {batch} "
                    + $"images{(parts > 1 ? $" in {parts} micro-batches" : "")}: each needs at least one image. "
                    + "Start fewer ranks, or use a larger batch (Batch.Size)");
        }
    }

    /// <summary>The number of images in a batch, over all ranks.</summary>
    public int Batch { get; }

    /// <summary>The number of micro-batches in a step.</summary>
    public int Parts => bounds.Length - 1;

    /// <summary>The number of images of a batch that this rank processes.</summary>
    public int Images => RangesOf(rank).Sum(range => (int)range.Count);

    /// <summary>The maximum over the ranks of <see cref="ImagesPerRank"/>.</summary>
    public int MaxImages => ImagesPerRank.Max();

    /// <summary>The number of images of a batch that each rank processes.</summary>
    public IReadOnlyList<int> ImagesPerRank
        => [.. Enumerable.Range(0, ranks).Select(other => RangesOf(other).Sum(range => (int)range.Count))];

    /// <summary>The maximum number of images that this rank processes in a micro-batch.</summary>
    public int MaxMicroBatch => RangesOf(rank).Max(range => (int)range.Count);

    /// <summary>The positions of this rank's images in the batch, one range per micro-batch.</summary>
    public IReadOnlyList<(long First, long Count)> LocalRanges => RangesOf(rank);

    /// <summary>
    /// The row of each image of the batch in the concatenation of all ranks' images, in which each rank's part is
    /// padded to <see cref="MaxImages"/> rows. Null if every image is at its own position.
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

    /// <summary>Returns the fraction of the batch that belongs to a micro-batch, over all ranks.</summary>
    public double Weight(int part) => (double)(bounds[part + 1] - bounds[part]) / Batch;

    /// <summary>Splits the images of a batch into this rank's part of each micro-batch.</summary>
    public IEnumerable<int[]> Split(int[] batch)
        => LocalRanges.Select(range => batch[(int)range.First..(int)(range.First + range.Count)]);

    /// <summary>Returns the positions in a range.</summary>
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
