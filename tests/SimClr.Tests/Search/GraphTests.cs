using SimClr.Search;

namespace SimClr.Tests.Search;

public sealed class GraphTests
{
    private const int Rows = 6000;
    private const int Dimension = 24;

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void The_graph_finds_nearly_all_of_the_ten_nearest(int clusters)
    {
        using VectorIndex index = SyntheticVectors.Index(Rows, Dimension, clusters);
        index.BuildGraph();

        double recall = Enumerable.Range(Rows, 100).Average(query =>
        {
            float[] vector = SyntheticVectors.Draw(query, Dimension, clusters);
            return SyntheticVectors.Recall(index.Find(vector, 10, exact: true), index.FindByGraph(vector, 10));
        });

        Assert.True(index.HasGraph);
        Assert.InRange(index.GraphRecall, 0.985, 1);
        Assert.InRange(recall, 0.97, 1);
    }

    [Fact]
    public void Rows_sorted_by_cluster_are_found_too()
    {
        using var index = new VectorIndex(Dimension);
        foreach (int row in Enumerable.Range(0, Rows).OrderBy(row => row % 4))
        {
            index.Add(SyntheticVectors.Draw(row, Dimension, clusters: 4));
        }

        index.BuildGraph();

        double recall = Enumerable.Range(Rows, 100).Average(query =>
        {
            float[] vector = SyntheticVectors.Draw(query, Dimension, clusters: 4);
            return SyntheticVectors.Recall(index.Find(vector, 10, exact: true), index.FindByGraph(vector, 10));
        });
        Assert.InRange(recall, 0.97, 1);
    }

    [Fact]
    public void The_graph_does_not_depend_on_the_threads()
    {
        byte[] one = Built(threads: 1);
        Assert.Equal(one, Built(threads: 4));
        Assert.True(one.Length > 3000 * 32 * sizeof(int));
    }

    [Fact]
    public void A_graph_that_was_extended_finds_the_new_rows_and_one_that_was_not_is_not_used()
    {
        using VectorIndex index = SyntheticVectors.Index(3000, Dimension, clusters: 30);
        index.BuildGraph();
        for (int row = 3000; row < 4500; row++)
        {
            index.Add(SyntheticVectors.Draw(row, Dimension, clusters: 30));
        }

        Assert.False(index.HasGraph);
        Assert.Equal(4200, index.Find(SyntheticVectors.Draw(4200, Dimension, clusters: 30), 1)[0].Row);

        index.BuildGraph();

        Assert.True(index.HasGraph);
        Assert.All(Enumerable.Range(0, 4500).Where(row => row % 50 == 0), row
            => Assert.Equal(row, index.FindByGraph(SyntheticVectors.Draw(row, Dimension, clusters: 30), 1)[0].Row));
    }

    [Fact]
    public void Removed_rows_are_traversed_but_never_found()
    {
        using VectorIndex index = SyntheticVectors.Index(3000, Dimension, clusters: 10);
        index.BuildGraph();
        for (int row = 0; row < 3000; row++)
        {
            if (row % 10 < 7)
            {
                index.Remove(row);   // seven whole clusters
            }
        }

        float[] query = SyntheticVectors.Draw(3, Dimension, clusters: 10);
        IReadOnlyList<Neighbor> found = index.FindByGraph(query, 20);

        Assert.Equal(20, found.Count);
        Assert.DoesNotContain(found, neighbor => index.IsRemoved(neighbor.Row));
        Assert.Equal(900, index.FindByGraph(query, 3000).Count);
    }

    [Fact]
    public void Equal_rows_are_found()
    {
        using var index = new VectorIndex(Dimension);
        for (int row = 0; row < 2000; row++)
        {
            index.Add(SyntheticVectors.Draw(row % 400, Dimension));   // each five times
        }

        index.BuildGraph();

        Assert.All(Enumerable.Range(0, 400).Where(row => row % 7 == 0), row => Assert.Equal(
            Enumerable.Range(0, 5).Select(copy => row + (400 * copy)),
            index.FindByGraph(SyntheticVectors.Draw(row, Dimension), 5).Select(neighbor => neighbor.Row)));
    }

    [Fact]
    public void A_written_graph_is_read_back_and_damage_is_noticed()
    {
        using VectorIndex index = SyntheticVectors.Index(1500, Dimension);
        index.BuildGraph();
        byte[] bytes = Bytes(index);

        using HnswGraph read = Read(bytes);

        Assert.Equal(1500, read.Count);
        Assert.Equal(index.GraphWidth, read.SearchWidth);
        Assert.Equal(index.BuiltGraph!.Entry, read.Entry);
        Assert.True(read.Links(700, 0).SequenceEqual(index.BuiltGraph.Links(700, 0)));
        Assert.Throws<EndOfStreamException>(() => Read(bytes[..^5]));
        bytes.AsSpan(bytes.Length - 4).Fill(0x70);
        Assert.Throws<InvalidDataException>(() => Read(bytes));
    }

    [Fact]
    public void The_graph_is_used_only_where_it_saves_work()
    {
        using VectorIndex spread = SyntheticVectors.Index(2000, 100);
        spread.BuildGraph();

        Assert.True(spread.HasGraph);
        Assert.False(spread.UsesGraph);
        float[] query = SyntheticVectors.Draw(2000, 100);
        Assert.Equal(SyntheticVectors.PlainLoop(spread, query, 10), spread.Find(query, 10));
    }

    private static byte[] Built(int threads)
    {
        using VectorIndex index = SyntheticVectors.Index(3000, Dimension, clusters: 20, threads);
        index.BuildGraph(new GraphOptions { BuildWidth = 60 });
        return Bytes(index);
    }

    private static byte[] Bytes(VectorIndex index)
    {
        using var stream = new MemoryStream();
        index.BuiltGraph!.Write(new BinaryWriter(stream));
        return stream.ToArray();
    }

    private static HnswGraph Read(byte[] bytes)
        => HnswGraph.Read(new BinaryReader(new MemoryStream(bytes)), new GraphOptions(), 1500);
}
