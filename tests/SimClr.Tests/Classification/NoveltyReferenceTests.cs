using SimClr.Classification;
using SimClr.Embeddings;
using SimClr.Tests.Evaluation;

namespace SimClr.Tests.Classification;

public sealed class NoveltyReferenceTests
{
    [Fact]
    public void Distances_and_threshold_agree_with_sorting_all_cosines()
    {
        EmbeddingTable table = Tables.Clouds(120, 6, 3, 0.5, seed: 1);
        NoveltyReference found = NoveltyReference.Create(table, table.Labels!)!;

        double[][] rows =
            [.. Enumerable.Range(0, 120).Select(row => table[row].ToArray().Select(v => (double)v).ToArray())];
        double[] own = [.. rows.Select((row, i) => rows.Where((_, other) => other != i)
            .Select(other => 1 - Tables.Cosine(row, other)).Order().ElementAt(4))];
        Assert.Equal((120, 6, 5), (found.Count, found.Dimension, found.Neighbors));
        Assert.Equal(own.Order().ElementAt(118), found.Threshold, 1e-6);   // ⌈0.99 · 120⌉ of them are within it.

        double[] query = [1, -2, 0.5, 0, 3, 1];
        Assert.Equal(
            rows.Select(row => 1 - Tables.Cosine(row, query)).Order().ElementAt(4),
            found.Distance([.. query.Select(v => (float)v)]),
            1e-6);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(40, 5)]
    public void Neighbors_are_fewer_than_the_images_of_a_class(int perClass, int neighbors)
    {
        EmbeddingTable table = Tables.Clouds(2 * perClass, 4, 2, 0.3, seed: 2);

        Assert.Equal(neighbors, NoveltyReference.Create(table, table.Labels!)!.Neighbors);
    }

    [Fact]
    public void Large_sets_are_thinned_evenly()
    {
        EmbeddingTable table = Tables.Clouds(5000, 4, 4, 0.3, seed: 3);
        int[] labels = [.. table.Labels!.Select((label, row) => row < 20 ? 4 : label)];   // A small fifth class.

        NoveltyReference found = NoveltyReference.Create(table, labels)!;

        Assert.Equal((4 * 400) + 20, found.Count);
    }

    [Fact]
    public void Rows_without_direction_are_left_out()
    {
        Assert.Null(NoveltyReference.Create(Tables.Create([[0, 0], [1, 0]]), [0, 1]));
        Assert.Equal(2, NoveltyReference.Create(Tables.Create([[0, 0], [1, 0], [0, 1]]), [0, 1, 0])!.Count);
    }

    [Fact]
    public void Strangers_are_farther_away_than_new_images_of_the_classes()
    {
        EmbeddingTable train = Tables.Clouds(300, 16, 3, 0.3, seed: 1);
        EmbeddingTable held = Tables.Clouds(300, 16, 3, 0.3, seed: 2);
        EmbeddingTable strangers = Tables.Create(Tables.Normal(300, 16, seed: 4));
        NoveltyReference found = NoveltyReference.Create(train, train.Labels!)!;

        Assert.InRange(Share(held), 0, 0.05);
        Assert.InRange(Share(strangers), 0.95, 1);

        double Share(EmbeddingTable table) => Enumerable.Range(0, table.Count)
            .Average(row => found.Distance(table[row]) > found.Threshold ? 1.0 : 0);
    }
}
