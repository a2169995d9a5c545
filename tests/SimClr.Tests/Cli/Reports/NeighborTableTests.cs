using SimClr.Cli.Reports;
using SimClr.Data;
using SimClr.Embeddings;
using SkiaSharp;

namespace SimClr.Tests.Cli.Reports;

public sealed class NeighborTableTests
{
    private static readonly string[] Classes = ["cat", "dog"];

    // On a circle: row i is at an angle of i degrees, so that the neighbors are known.
    private static readonly int[] Labels = [0, 0, 1, 0, 1, 1];

    [Fact]
    public void Nearest_come_first_and_an_image_is_not_its_own_neighbor()
    {
        EmbeddingTable table = Circle(labeled: true);
        NeighborTable found = NeighborTable.Find([new("circle", table, table)], [0, 5], neighbors: 2);
        Assert.Equal([1, 2], found.Lists[0][0].Rows);
        Assert.Equal([true, false], found.Lists[0][0].Same);
        Assert.Equal([4, 3], found.Lists[0][1].Rows);
        Assert.Equal([true, false], found.Lists[0][1].Same);
        Assert.Equal("2 of 4 of the same class (50%)", found.Agreement(0));
        Assert.Equal(
            "2 images, each with its 2 nearest neighbors by circle. circle: 2 of 4 of the same class (50%).",
            found.Description);
    }

    [Fact]
    public void An_image_of_another_table_may_be_the_nearest()
    {
        NeighborTable found = NeighborTable.Find([new("circle", Circle(true), Circle(true))], [3], neighbors: 1);
        Assert.Equal([3], found.Lists[0][0].Rows);
    }

    [Fact]
    public void A_small_bank_gives_as_many_neighbors_as_it_has()
    {
        EmbeddingTable table = Circle(true);
        Assert.Equal(5, NeighborTable.Find([new("circle", table, table)], [0], 20).Neighbors);
        Assert.Equal(6, NeighborTable.Find([new("circle", table, Circle(true))], [0], 20).Neighbors);
    }

    [Fact]
    public void Tables_of_different_images_are_refused()
    {
        EmbeddingTable table = Circle(true);
        Assert.Throws<ArgumentException>(() =>
            NeighborTable.Find([new("a", table, table), new("b", table.Subset([1, 0, 2, 3, 4, 5]), table)], [0]));
        Assert.Throws<ArgumentException>(() => NeighborTable.Find([new("a", table, table)], []));
    }

    [Fact]
    public void Queries_take_classes_in_turn_and_follow_the_seed()
    {
        EmbeddingTable table = Circle(true);
        IReadOnlyList<int> chosen = NeighborTable.ChooseQueries(table, 4, seed: 1);
        Assert.Equal([0, 1, 0, 1], chosen.Select(row => Labels[row]));
        Assert.Equal(4, chosen.Distinct().Count());
        Assert.Equal(chosen, NeighborTable.ChooseQueries(table, 4, seed: 1));
        Assert.Contains(
            Enumerable.Range(2, 20), seed => !chosen.SequenceEqual(NeighborTable.ChooseQueries(table, 4, seed)));
        Assert.Equal(6, NeighborTable.ChooseQueries(Circle(false), 9, 0).Distinct().Count());
    }

    [Fact]
    public void Right_neighbors_have_a_whole_green_frame_and_wrong_ones_a_dashed_red_one()
    {
        EmbeddingTable table = Circle(true);
        using InMemoryDataSet images = Gray();
        NeighborTable found = NeighborTable.Find([new("a", table, table), new("b", table, table)], [0, 5], 2);
        using SKBitmap picture = Pictures.Decode(NeighborPicture.Render(found, images, images));
        var layout = new NeighborLayout(112, 2, 2, 2, Captions: true);
        Assert.Equal((layout.Width, layout.Height), (picture.Width, picture.Height));
        for (int source = 0; source < 2; source++)
        {
            for (int query = 0; query < 2; query++)
            {
                SKColor[] right = LeftEdge(picture, layout.Neighbor(source, query, 0));
                Assert.All(right, color => Assert.Equal(Ink.Right, color));
                SKColor[] wrong = LeftEdge(picture, layout.Neighbor(source, query, 1));
                Assert.Contains(Ink.Wrong, wrong);
                Assert.Contains(SKColors.White, wrong);
                Assert.DoesNotContain(Ink.Right, wrong);
            }
        }
    }

    [Fact]
    public void Images_are_the_ones_that_were_found_enlarged_pixel_by_pixel()
    {
        EmbeddingTable table = Circle(true);
        using InMemoryDataSet images = Gray();
        NeighborTable found = NeighborTable.Find([new("a", table, table)], [0], 3);
        using SKBitmap picture = Pictures.Decode(NeighborPicture.Render(found, images, images));
        var layout = new NeighborLayout(112, 1, 1, 3, Captions: true);
        Assert.Equal(Shade(0), picture.GetPixel(layout.Query(0).MidX, layout.Query(0).MidY));
        Assert.Equal([Shade(1), Shade(2), Shade(3)], Enumerable.Range(0, 3)
            .Select(i => layout.Neighbor(0, 0, i))
            .Select(cell => picture.GetPixel(cell.Left, cell.Bottom - 1)));
    }

    [Fact]
    public void Without_labels_there_are_no_frames()
    {
        EmbeddingTable table = Circle(labeled: false);
        using InMemoryDataSet images = Gray();
        NeighborTable found = NeighborTable.Find([new("a", table, table)], [0, 5], 2);
        Assert.Null(found.Agreement(0));
        using SKBitmap picture = Pictures.Decode(NeighborPicture.Render(found, images, images));
        Assert.False(Pictures.Has(picture, Ink.Right));
        Assert.False(Pictures.Has(picture, Ink.Wrong));
    }

    [Fact]
    public void Rows_find_their_images_by_path_where_some_images_have_no_row()
    {
        using InMemoryDataSet images = Gray();
        EmbeddingTable table = Circle(true).Subset([1, 3, 4]);
        Assert.Equal(3, new TableImages(table, images).Read(1).Pixels[0] / 30);
        Assert.Equal("dog", new TableImages(table, images).ClassOf(2));
        using var others = new InMemoryDataSet([Pictures.Plain(28, 28, SKColors.Black)], name: "others");
        Assert.Throws<ArgumentException>(() => new TableImages(table, others).Read(0));
    }

    private static SKColor[] LeftEdge(SKBitmap picture, SKRectI cell)
        => [.. Enumerable.Range(cell.Top + 20, cell.Height - 20).Select(y => picture.GetPixel(cell.Left - 3, y))];

    private static SKColor Shade(int number) => new((byte)(30 * number), (byte)(30 * number), (byte)(30 * number));

    private static InMemoryDataSet Gray()
        => new(Enumerable.Range(0, 6).Select(i => Pictures.Plain(28, 28, Shade(i))), Labels, Classes, "gray");

    private static EmbeddingTable Circle(bool labeled) => new(
        [.. Enumerable.Range(0, 6).SelectMany(i => new[]
        {
            MathF.Cos(i * MathF.PI / 180 * (1 + (0.1f * i))),
            MathF.Sin(i * MathF.PI / 180 * (1 + (0.1f * i))),
        })],
        2,
        [.. Enumerable.Range(0, 6).Select(i => $"gray#{i}")],
        labeled ? Labels : null,
        labeled ? Classes : null);
}
