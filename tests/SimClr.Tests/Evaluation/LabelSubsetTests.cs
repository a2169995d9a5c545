using SimClr.Evaluation;
using SimClr.Internals;

namespace SimClr.Tests.Evaluation;

public sealed class LabelSubsetTests
{
    [Fact]
    public void Each_class_gives_the_same_number_of_distinct_rows()
    {
        var stream = new RandomStream(3, Purpose.Sample);
        int[] labels = [.. Enumerable.Range(0, 500).Select(_ => stream.NextInt(7))];
        int[] rows = LabelSubset.PerClass(labels, 10, seed: 4);
        Assert.Equal(70, rows.Distinct().Count());
        Assert.Equal(rows.Order(), rows);
        Assert.All(rows.GroupBy(row => labels[row]), rowsOfClass => Assert.Equal(10, rowsOfClass.Count()));
        Assert.Equal(rows, LabelSubset.PerClass(labels, 10, seed: 4));
        Assert.NotEqual(rows, LabelSubset.PerClass(labels, 10, seed: 5));
    }

    [Fact]
    public void A_class_with_too_few_rows_is_named()
    {
        var error = Assert.Throws<DataException>(() => LabelSubset.PerClass([0, 0, 0, 1, 1, 0], 3));
        Assert.Contains("class 1 has 2", error.Message, StringComparison.Ordinal);
    }
}
