using SimClr.Embeddings;

namespace SimClr.Tests.Embeddings;

public sealed class EmbeddingTableTests
{
    private static readonly string[] Names = ["cat", "dog", "emu"];

    private static EmbeddingTable Table => new([3, 4, 0, 0, -1, 0], 2, ["a", "b", "c"], [0, 1, 0], Names);

    [Fact]
    public void Rows_follow_each_other_and_have_path_and_label()
    {
        Assert.Equal((3, 2, 3), (Table.Count, Table.Dimension, Table.Classes));
        Assert.Equal([-1, 0], Table[2].ToArray());
        Assert.Equal("c", Table.Paths[2]);
        Assert.Equal([0, 1, 0], Table.Labels);
    }

    [Fact]
    public void Normalized_rows_have_length_1_and_rows_of_zeros_stay()
    {
        EmbeddingTable table = Table;
        EmbeddingTable unit = table.Normalized();
        Assert.Equal([0.6f, 0.8f, 0, 0, -1, 0], unit.Values.Select(v => MathF.Round(v, 6)));
        Assert.Equal((table.Labels, table.Paths, table.ClassNames), (unit.Labels, unit.Paths, unit.ClassNames));
        Assert.Equal(3, table[0][0]);
    }

    [Theory]
    [InlineData(3e38f)]
    [InlineData(1e19f)]
    [InlineData(1e-15f)]
    [InlineData(1e-23f)]
    [InlineData(1e-42f)]   // a subnormal number: about 700 units in the last place
    public void Rows_of_any_length_have_length_1_once_they_are_normalized(float scale)
    {
        float[] unit = new EmbeddingTable([scale, 0, -scale, scale / 2], 4, ["a"]).Normalized().Values;

        Assert.Equal([2 / 3.0, 0, -2 / 3.0, 1 / 3.0], unit.Select(value => (double)value), (a, b)
            => Math.Abs(a - b) < (scale < 1e-40f ? 1e-3 : 1e-6));
    }

    [Fact]
    public void A_subset_takes_rows_paths_and_labels_in_the_order_given()
    {
        EmbeddingTable subset = Table.Subset([2, 0, 2]);
        Assert.Equal([-1, 0, 3, 4, -1, 0], subset.Values);
        Assert.Equal(["c", "a", "c"], subset.Paths);
        Assert.Equal([0, 0, 0], subset.Labels);
        Assert.Equal(Names, subset.ClassNames);
        Assert.Null(new EmbeddingTable([1, 2], 1, ["a", "b"]).Subset([1]).Labels);
    }

    [Fact]
    public void Without_names_classes_are_counted_from_the_labels()
    {
        Assert.Equal(6, new EmbeddingTable([1, 2], 1, ["a", "b"], [5, 0]).Classes);
        Assert.Equal(0, new EmbeddingTable([1, 2], 1, ["a", "b"]).Classes);
        Assert.Equal(0, new EmbeddingTable([], 1, [], []).Classes);
    }

    [Fact]
    public void Mismatched_lengths_are_refused_with_the_actual_ones()
    {
        Assert.Contains(
            "5 values, 2 paths",
            Assert.Throws<ArgumentException>(() => new EmbeddingTable(new float[5], 2, ["a", "b"])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "2 paths and 1 labels",
            Assert.Throws<ArgumentException>(() => new EmbeddingTable(new float[4], 2, ["a", "b"], [0])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingTable([], 0, []));
    }

    [Fact]
    public void Missing_labels_are_a_data_error_that_explains_how_to_get_them()
    {
        var error = Assert.Throws<DataException>(() => new EmbeddingTable([1], 1, ["a"]).RequireLabels());
        Assert.Contains("one subfolder per class", error.Message, StringComparison.Ordinal);
    }
}
