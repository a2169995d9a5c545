using SimClr.Duplicates;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Tests.Search;

public sealed class RandomPairsTests
{
    private const double Threshold = NearDuplicates.DefaultThreshold;

    [Theory]
    [InlineData(0.1, true)]     // median cosine 0.99: one direction and a little noise, as after a first epoch
    [InlineData(0.2, true)]     // 0.96: a considerable share of the pairs reaches the threshold
    [InlineData(0.5, false)]    // 0.8: none does
    [InlineData(5, false)]
    public void Rows_that_differ_by_little_noise_are_indistinguishable(double noise, bool hidden)
        => Assert.Equal(hidden, HidesDuplicates(Noisy(200, 64, noise, originals: 1)));

    [Fact]
    public void A_threshold_in_the_tail_of_random_pairs_finds_no_duplicates()
    {
        // Ones and noise in eight dimensions: a wide spread around a median of 0.8.
        var noise = new RandomStream(4, Purpose.Sample);
        EmbeddingTable table = SearchTables.Create(
            8, [.. Enumerable.Range(0, 300 * 8).Select(_ => (float)(1 + (0.5 * noise.NextNormal())))]);

        Assert.InRange(RandomPairs.Draw(table, 0).Median, 0.7, 0.9);
        Assert.InRange(RandomPairs.Draw(table, 0).ShareReaching(Threshold, (_, _) => false), 0.001, 0.1);
        Assert.True(HidesDuplicates(table));
    }

    [Fact]
    public void Copies_beside_similar_images_with_a_gap_are_not_a_tail()
    {
        // Each row twice; two fifths of them share a direction (cosine 0.7), the others have nothing in common.
        float[] rows = new float[100 * 64];
        for (int row = 0; row < 100; row++)
        {
            int original = row / 2;
            rows[64 * row] = original < 20 ? MathF.Sqrt(0.7f) : 0;
            rows[(64 * row) + 1 + original] = original < 20 ? MathF.Sqrt(0.3f) : 1;
        }

        var pairs = RandomPairs.Draw(SearchTables.Create(64, rows), 0);

        double share = pairs.ShareReaching(0.9, (_, _) => false);
        Assert.Equal(50.0 / 4950, share, 1e-12);
        Assert.False(pairs.HidesDuplicates(0.9, share));
    }

    [Fact]
    public void Scenes_of_similar_images_are_not_a_tail()
        => Assert.False(HidesDuplicates(Noisy(200, 64, 0.22, originals: 20)));

    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(100)]
    public void Many_true_copies_of_different_images_are_duplicates(int originals)
        => Assert.False(HidesDuplicates(Noisy(200, 64, 0.1, originals)));

    [Fact]
    public void Pairs_whose_files_are_the_same_do_not_count()
    {
        var pairs = RandomPairs.Draw(Noisy(200, 64, 0.1, originals: 1), seed: 0);

        Assert.Equal(1, pairs.ShareReaching(Threshold, (_, _) => false), 1e-2);
        Assert.Equal(0, pairs.ShareReaching(Threshold, (_, _) => true));
        Assert.Equal(0.5, pairs.ShareReaching(Threshold, (one, _) => one % 2 == 0), 0.15);
    }

    [Fact]
    public void Few_images_may_all_be_the_same() => Assert.False(HidesDuplicates(SearchTables.Angles(0, 1, 2, 3)));

    [Fact]
    public void For_many_rows_the_seed_draws_pairs_of_different_ones()
    {
        EmbeddingTable table = Noisy(700, 8, 0.1, originals: 700);   // 244,650 pairs

        Assert.Equal(RandomPairs.Draw(table, 1).Median, RandomPairs.Draw(table, 1).Median);
        Assert.NotEqual(RandomPairs.Draw(table, 1).Median, RandomPairs.Draw(table, 2).Median);
        Assert.Equal(0, RandomPairs.Draw(table, 1).ShareReaching(1 - 1e-6, (_, _) => false));
    }

    private static bool HidesDuplicates(EmbeddingTable table)
    {
        var pairs = RandomPairs.Draw(table, seed: 0);
        return pairs.HidesDuplicates(Threshold, pairs.ShareReaching(Threshold, (_, _) => false));
    }

    /// <summary>Rows of length about 1 around a number of originals, with noise relative to that length.</summary>
    private static EmbeddingTable Noisy(int rows, int dimension, double noise, int originals)
    {
        float[] values = new float[rows * dimension];
        for (int row = 0; row < rows; row++)
        {
            var original = new RandomStream(1, Purpose.Sample, row % originals);
            var own = new RandomStream(2, Purpose.Sample, row);
            for (int i = 0; i < dimension; i++)
            {
                values[(row * dimension) + i] =
                    (float)((original.NextNormal() + (noise * own.NextNormal())) / Math.Sqrt(dimension));
            }
        }

        return SearchTables.Create(dimension, values);
    }
}
