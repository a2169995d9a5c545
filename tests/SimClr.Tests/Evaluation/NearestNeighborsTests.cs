using CsCheck;
using SimClr.Embeddings;
using SimClr.Evaluation;

namespace SimClr.Tests.Evaluation;

public sealed class NearestNeighborsTests
{
    [Fact]
    public void Neighbors_equal_those_of_a_slow_loop_over_more_than_one_block()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 600], Gen.Int[2, 8], Gen.Int[0, 1000])
            .Sample((rows, asked, dimension, seed) =>
            {
                int k = 1 + (seed % rows);
                double[][] bank = Tables.Normal(rows, dimension, seed);
                double[][] queries = Tables.Normal(asked, dimension, seed + 1);
                int query = 0;
                foreach ((int number, int[] found, float[] similarities) in NearestNeighbors.Find(
                    Tables.Create(bank), Tables.Create(queries), k))
                {
                    Assert.Equal(query, number);
                    Assert.Equal(k, found.Distinct().Count());
                    double[] all = [.. bank.Select(row => Tables.Cosine(row, queries[number])).OrderDescending()];
                    for (int i = 0; i < k; i++)
                    {
                        Assert.Equal(all[i], similarities[i], 1e-5);
                        Assert.Equal(Tables.Cosine(bank[found[i]], queries[number]), similarities[i], 1e-5);
                    }

                    query++;
                }

                Assert.Equal(asked, query);
            }, iter: 100);
    }

    [Fact]
    public void Equal_neighbors_come_in_the_order_of_the_bank_also_where_k_cuts_through_them()
    {
        double[][] bank = [[0, 1], .. Enumerable.Repeat<double[]>([2, 0], 500), [3, 0]];
        foreach (int k in new[] { 1, 3, 40, 400 })
        {
            (_, int[] rows, float[] similarities) =
                NearestNeighbors.Find(Tables.Create(bank), Tables.Create([[1, 0]]), k).Single();
            Assert.Equal(Enumerable.Range(1, k), rows);
            Assert.All(similarities, s => Assert.Equal(1, s));
        }
    }

    [Fact]
    public void An_image_in_the_bank_is_its_own_nearest_neighbor()
    {
        EmbeddingTable table = Tables.Create(Tables.Normal(300, 5, 7));
        Assert.Equal(Enumerable.Range(0, 300), NearestNeighbors.Find(table, table, 1).Select(n => n.Rows[0]));
    }

    [Theory]
    [InlineData(1e19)]
    [InlineData(3e38)]
    [InlineData(1e-42)]
    public void Rows_of_any_length_are_compared_by_their_direction(double scale)
    {
        EmbeddingTable bank = Tables.Create([[0, scale], [1, 1], [scale, 0], [-scale, scale]]);

        (_, int[] rows, float[] similarities) = NearestNeighbors.Find(bank, Tables.Create([[scale, scale / 1000]]), 4)
            .Single();

        Assert.Equal([2, 1, 0, 3], rows);
        Assert.Equal(1, similarities[0], 1e-5);
        Assert.Equal(Math.Sqrt(0.5), similarities[1], 2e-3);
    }

    [Fact]
    public void A_k_outside_of_the_bank_is_refused()
    {
        EmbeddingTable table = Tables.Create([[1, 0], [0, 1]]);
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbors.Find(table, table, 3).Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbors.Find(table, table, 0).Count());
    }

    [Fact]
    public void No_tensor_is_left_behind_also_when_the_search_is_left_early()
    {
        EmbeddingTable table = Tables.Create(Tables.Normal(600, 4, 1));
        using var statistics = new TensorCount();
        Assert.Equal(600, NearestNeighbors.Find(table, table, 3).Count());
        Assert.Equal(0, NearestNeighbors.Find(table, table, 3).First().Query);
        Assert.Equal(0, statistics.Growth);
    }
}
