using SimClr.Duplicates;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Tests.Search;

public sealed class NearDuplicatesTests
{
    // The cosine of an angle of 20°.
    private const double Within20 = 0.9396;

    [Fact]
    public void Every_duplicate_is_near_the_kept_one_and_a_chain_is_cut()
    {
        // 0°, 15°, 30°, and 45°: neighbors are near, the ends are not.
        IReadOnlyList<DuplicateGroup> groups = NearDuplicates.Find(SearchTables.Angles(0, 15, 30, 45), Within20);

        Assert.Equal([0, 2], groups.Select(group => group.Representative).Order());
        Assert.Equal([1], groups.Single(group => group.Representative == 0).Duplicates.Select(found => found.Row));
        Assert.Equal([3], groups.Single(group => group.Representative == 2).Duplicates.Select(found => found.Row));
    }

    [Fact]
    public void An_image_near_two_kept_ones_belongs_to_the_nearer()
    {
        IReadOnlyList<DuplicateGroup> groups = NearDuplicates.Find(SearchTables.Angles(0, 30, 18), Within20);

        DuplicateGroup group = Assert.Single(groups);
        Assert.Equal(1, group.Representative);
        Assert.Equal(2, Assert.Single(group.Duplicates).Row);
        Assert.Equal(Math.Cos(12 * Math.PI / 180), group.Duplicates[0].Cosine, 1e-6);
    }

    [Fact]
    public void The_preferred_image_is_kept()
    {
        DuplicateGroup group = Assert.Single(
            NearDuplicates.Find(SearchTables.Angles(0, 2, 5), Within20, preference: [2, 0, 1]));

        Assert.Equal(2, group.Representative);
        Assert.Equal([1, 0], group.Duplicates.Select(found => found.Row));
    }

    [Theory]
    [InlineData(700, 8, 0.25, 0.97)]    // more rows than a block
    [InlineData(1300, 5, 0.02, 0.999)]
    [InlineData(600, 3, 0.5, 0.9)]      // every row is near another
    public void Groups_equal_those_of_a_slow_search(int count, int dimension, double change, double threshold)
    {
        EmbeddingTable table = SearchTables.WithCopies(count, dimension, change, seed: 3);
        int[] order = new RandomStream(9, Purpose.Sample).Permutation(count);

        IReadOnlyList<DuplicateGroup> groups = NearDuplicates.Find(table, threshold, order);

        int[] expected = Slow(table, threshold, order);
        Assert.Contains(Enumerable.Range(0, count), row => expected[row] != row);
        int[] actual = [.. Enumerable.Range(0, count)];
        foreach (DuplicateGroup group in groups)
        {
            Assert.All(group.Duplicates, found => actual[found.Row] = group.Representative);
        }

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(1e-42f, 3e38f)]
    [InlineData(1, 1e19f)]
    [InlineData(1e-30f, 1e-20f)]
    public void Equal_directions_are_one_group_whatever_their_length(float one, float other)
    {
        EmbeddingTable table = SearchTables.Create(2, one, one, one, 0, other, other, 0, other, one, one);

        DuplicateGroup group = Assert.Single(NearDuplicates.Find(table, 1 - 1e-6));

        Assert.Equal(0, group.Representative);
        Assert.Equal([2, 4], group.Duplicates.Select(found => found.Row).Order());
    }

    [Fact]
    public void Inputs_that_cannot_be_compared_are_refused()
    {
        Assert.Contains(
            "at least 2",
            Assert.Throws<DataException>(() => NearDuplicates.Find(SearchTables.Create(2, 1, 0), 0.9)).Message);
        Assert.Contains("1.png holds NaN", Assert.Throws<DataException>(
            () => NearDuplicates.Find(SearchTables.Create(2, 1, 0, 0, float.NaN), 0.9)).Message);
        Assert.Contains(
            "2 of 4 embeddings are all zeros, which have no cosine similarity; the first is that of 1.png (row 1)",
            Assert.Throws<DataException>(
                () => NearDuplicates.Find(SearchTables.Create(2, 1, 0, 0, -0f, 1, 1, 0, 0), 0.9)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => NearDuplicates.Find(SearchTables.Angles(0, 1), 1.5));
        Assert.Throws<ArgumentException>(() => NearDuplicates.Find(SearchTables.Angles(0, 1), 0.9, preference: [0, 0]));
    }

    /// <summary>The kept row of each row, computed pair by pair.</summary>
    private static int[] Slow(EmbeddingTable table, double threshold, int[] order)
    {
        int[] kept = [.. Enumerable.Repeat(-1, table.Count)];
        double[] best = new double[table.Count];
        for (int i = 0; i < order.Length; i++)
        {
            if (kept[order[i]] >= 0)
            {
                continue;
            }

            kept[order[i]] = order[i];
            for (int j = i + 1; j < order.Length; j++)
            {
                double cosine = SearchTables.Cosine(table, order[i], order[j]);
                if (cosine >= threshold && cosine > best[order[j]])
                {
                    (kept[order[j]], best[order[j]]) = (order[i], cosine);
                }
            }
        }

        return kept;
    }
}
