using CsCheck;
using SimClr.Embeddings;
using SimClr.Search;

namespace SimClr.Tests.Search;

public sealed class ExactSearchTests
{
    public static TheoryData<string> Kernels => [.. Int8Kernels.Supported.Select(kernel => kernel.ToString())];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Finds_the_same_as_a_plain_loop_in_any_dimension(string kernel)
        => Gen.Select(Gen.Int[1, 300], Gen.Int[1, 400], Gen.Int[1, 30], Gen.Int[1, 9]).Sample(
            (dimension, rows, count, levels) =>
            {
                using var index = new VectorIndex(dimension) { Kernel = Enum.Parse<Int8Kernel>(kernel) };
                for (int row = 0; row < rows; row++)
                {
                    // Few levels give many equal vectors and many equal similarities; some are all zeros.
                    index.Add([.. SyntheticVectors.Draw(row % 97, dimension)
                        .Select(x => MathF.Round(x * levels / 4) / levels)]);
                }

                float[] query = SyntheticVectors.Draw(rows, dimension);
                Assert.Equal(SyntheticVectors.PlainLoop(index, query, count), index.Find(query, count));
            },
            iter: 60);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Several_threads_find_the_same_in_many_rows(string kernel)
    {
        using var index = new VectorIndex(24) { Kernel = Enum.Parse<Int8Kernel>(kernel), Threads = 3 };
        for (int row = 0; row < 40_000; row++)
        {
            index.Add(SyntheticVectors.Draw(row % 30_000, 24, clusters: 50));   // a quarter of them twice
        }

        for (int query = 0; query < 20; query++)
        {
            float[] vector = SyntheticVectors.Draw(query, 24, clusters: 50, seed: 2);
            Assert.Equal(SyntheticVectors.PlainLoop(index, vector, 25), index.Find(vector, 25));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Codes_give_each_similarity_within_their_bounds(string kernel)
        => Gen.Select(Gen.Int[1, 200], Gen.Int[0, 10_000], Gen.Float[-12, 12]).Sample(
            (dimension, seed, exponent) =>
            {
                using var rows = new VectorRows(dimension);
                float[] vector = SyntheticVectors.Draw(seed, dimension);
                vector[seed % dimension] *= MathF.Pow(10, exponent);   // one number may dominate the others
                rows.Add(vector);
                var query = new SearchQuery(dimension, rows.CodeLength);
                query.Set(SyntheticVectors.Draw(seed, dimension, seed: 2));

                double exact = 0;
                for (int i = 0; i < dimension; i++)
                {
                    exact += (double)rows[0][i] * query.Unit[i];
                }

                (float similarity, float error) = Read(rows, query, Enum.Parse<Int8Kernel>(kernel));
                Assert.InRange(exact, similarity - error, similarity + error);
                Assert.InRange(error, 0, 0.05 * Math.Sqrt(dimension));
            },
            iter: 300);

    [Fact]
    public void An_empty_index_finds_nothing()
    {
        using var index = new VectorIndex(5);
        Assert.Empty(index.Find([1, 2, 3, 4, 5], 10));
        index.Add([1, 2, 3, 4, 5]);
        index.Remove(0);
        Assert.Empty(index.Find([1, 2, 3, 4, 5], 10));
    }

    [Fact]
    public void Length_does_not_matter_and_zeros_are_similar_to_nothing()
    {
        using var index = new VectorIndex(2);
        index.Add([0, 0]);
        index.Add([1e-30f, 1e-30f]);
        index.Add([-1e30f, -1e30f]);
        index.Add([3e38f, 3e38f]);

        IReadOnlyList<Neighbor> found = index.Find([5, 5], 4);

        Assert.Equal([1, 3, 0, 2], found.Select(neighbor => neighbor.Row));
        Assert.Equal(1, found[0].Similarity, 1e-6);
        Assert.Equal(found[0].Similarity, found[1].Similarity);
        Assert.Equal(0, found[2].Similarity);
    }

    [Fact]
    public void Removed_vectors_are_not_found()
    {
        using VectorIndex index = SyntheticVectors.Index(500, 16);
        float[] query = SyntheticVectors.Draw(7, 16);
        Assert.Equal(7, index.Find(query, 1)[0].Row);

        Assert.True(index.Remove(7));
        Assert.False(index.Remove(7));

        Assert.DoesNotContain(index.Find(query, 500), neighbor => neighbor.Row == 7);
        Assert.Equal(499, index.Find(query, 500).Count);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float number)
    {
        using var index = new VectorIndex(2);
        Assert.Contains("not finite", Assert.Throws<DataException>(() => index.Add([1, number])).Message);
        Assert.Contains("not finite", Assert.Throws<DataException>(() => index.Find([1, number], 1)).Message);
        Assert.Throws<DataException>(() => VectorIndex.FromTable(new EmbeddingTable([1, number], 2, ["a"])));
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public void Another_dimension_is_refused()
    {
        using var index = new VectorIndex(3);
        Assert.Contains("has 2 numbers, expected 3", Assert.Throws<DataException>(() => index.Add([1, 2])).Message);
        Assert.Contains(
            "has 4 numbers, expected 3", Assert.Throws<DataException>(() => index.Find([1, 2, 3, 4], 1)).Message);
    }

    private static unsafe (float Similarity, float Error) Read(VectorRows rows, SearchQuery query, Int8Kernel kernel)
    {
        byte* code = rows.Code(0);
        float similarity = kernel switch
        {
            Int8Kernel.Vnni => query.Similarity<VnniDot>(rows, code),
            Int8Kernel.Avx2 => query.Similarity<Avx2Dot>(rows, code),
            _ => query.Similarity<PortableDot>(rows, code),
        };
        return (similarity, query.Error(rows, code));
    }
}
