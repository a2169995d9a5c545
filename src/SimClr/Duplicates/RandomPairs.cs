using SimClr.Embeddings;
using SimClr.Internals;
using SimClr.Search;

namespace SimClr.Duplicates;

/// <summary>
/// The cosines of random pairs of rows (of all pairs if there are few), which show the similarity of unrelated images
/// to an encoder. A threshold that many of the pairs reach finds no duplicates.
/// </summary>
public sealed class RandomPairs
{
    private const int MaxPairs = 200_000;
    private const int MinPairs = 10;
    private const int MaxCompared = 200;

    // The bulk of the pairs is at the threshold, as after a first epoch (143 photographs: median cosine 0.99, 97% of
    // pairs reach 0.97). True duplicates are few among all pairs; with many copies of one image they are not, but then
    // the other pairs are far away.
    private const double TooMany = 0.005;
    private const double Near = 5;

    // The threshold cuts the tail of the pairs (15 epochs: median 0.8, 0.9% of pairs reach 0.97, five to eight times as
    // many lie within twice the distance, a quarter of all within four times). Duplicates lie well above the threshold,
    // not at it.
    private const double PartnersEach = 0.2;
    private const double Growth = 2;
    private const double Tail = 0.1;

    private readonly int rows;
    private readonly (int One, int Other, double Cosine)[] pairs;

    private RandomPairs(int rows, (int One, int Other, double Cosine)[] pairs)
    {
        (this.rows, this.pairs) = (rows, pairs);
        Median = pairs.Select(pair => pair.Cosine).Order().ElementAt(pairs.Length / 2);
    }

    /// <summary>The median of the cosines, −1 … 1.</summary>
    public double Median { get; }

    /// <summary>Draws pairs of different rows.</summary>
    /// <param name="table">At least two embeddings.</param>
    /// <param name="seed">The seed of the pairs.</param>
    /// <exception cref="DataException">
    /// There are fewer than two rows, numbers that are not finite, or rows of zeros.
    /// </exception>
    public static RandomPairs Draw(EmbeddingTable table, long seed)
    {
        var rows = UnitRows.FromTable(table, minRows: 2, "compare them");
        return new RandomPairs(rows.Count, [.. Numbers(rows.Count, seed)
            .Select(pair => (pair.One, pair.Other, (double)rows.Cosine(pair.One, pair.Other)))]);
    }

    /// <summary>Estimates the share of pairs that reach a threshold, without known copies, 0 … 1.</summary>
    /// <param name="threshold">A cosine.</param>
    /// <param name="copies">Returns whether the files of two rows are known to be identical.</param>
    public double ShareReaching(double threshold, Func<int, int, bool> copies)
    {
        (int One, int Other, double Cosine)[] reaching = [.. pairs.Where(pair => pair.Cosine >= threshold)];
        int compared = Math.Min(MaxCompared, reaching.Length);
        int same = Enumerable.Range(0, compared)
            .Select(i => reaching[(int)((long)i * reaching.Length / compared)])
            .Count(pair => copies(pair.One, pair.Other));
        return compared == 0 ? 0 : (double)reaching.Length / pairs.Length * (compared - same) / compared;
    }

    /// <summary>
    /// Returns whether the threshold is within the range of random pairs, so that reaching it means nothing.
    /// </summary>
    /// <param name="threshold">A cosine.</param>
    /// <param name="share">The result of <see cref="ShareReaching"/> for the threshold.</param>
    public bool HidesDuplicates(double threshold, double share)
    {
        double distance = 1 - threshold;
        bool bulk = pairs.Length >= MinPairs && share >= TooMany && 1 - Median <= Near * distance;
        bool tail = share * pairs.Length >= MinPairs && share * (rows - 1) >= PartnersEach
            && Within(2 * distance) - Within(distance) >= Growth * share && Within(4 * distance) >= Tail;
        return bulk || tail;
    }

    private double Within(double distance) => (double)pairs.Count(pair => pair.Cosine >= 1 - distance) / pairs.Length;

    private static IEnumerable<(int One, int Other)> Numbers(int rows, long seed)
    {
        if ((long)rows * (rows - 1) / 2 <= MaxPairs)
        {
            return Enumerable.Range(0, rows)
                .SelectMany(one => Enumerable.Range(one + 1, rows - one - 1).Select(other => (one, other)));
        }

        return Enumerable.Range(0, MaxPairs).Select(pair =>
        {
            var stream = new RandomStream(seed, Purpose.Pairs, pair);
            int one = stream.NextInt(rows);
            int other = stream.NextInt(rows - 1);
            return (one, other < one ? other : other + 1);
        });
    }
}
