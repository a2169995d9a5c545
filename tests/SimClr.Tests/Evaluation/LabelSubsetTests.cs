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

    [Theory]
    [InlineData(500, 10, 0.1, 5)]
    [InlineData(500, 10, 0.02, 1)]
    [InlineData(500, 10, 1.0, 50)]
    public void A_fraction_that_divides_takes_the_same_number_of_each_class(
        int rows, int classes, double fraction, int each)
    {
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row % classes)];
        int[] chosen = LabelSubset.Fraction(labels, fraction, seed: 2);
        Assert.Equal(chosen.Order().Distinct(), chosen);
        Assert.Equal(Enumerable.Repeat(each, classes), chosen.CountBy(row => labels[row]).Select(count => count.Value));
        Assert.Equal(chosen, LabelSubset.Fraction(labels, fraction, seed: 2));
    }

    [Fact]
    public void A_fraction_that_does_not_divide_gives_some_classes_one_row_more()
    {
        int[] labels = [.. Enumerable.Range(0, 1000).Select(row => row % 8)];
        int[] counts = [.. LabelSubset.Fraction(labels, 0.1).CountBy(row => labels[row]).Select(count => count.Value)];
        Assert.Equal([12, 12, 12, 12, 13, 13, 13, 13], counts.Order());
    }

    // Computed independently of this code; published results depend on the labels that a seed selects.
    [Fact]
    public void A_seed_always_selects_the_same_labels()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(row => row / 25)];
        Assert.Equal([12, 20, 24, 30, 38, 54, 56, 72, 83, 89], LabelSubset.Fraction(labels, 0.1));
        Assert.Equal([13, 21, 22, 41, 46, 51, 56, 89, 93, 95], LabelSubset.Fraction(labels, 0.1, seed: 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Invalid_fractions_are_refused(double fraction)
        => Assert.Throws<ConfigurationException>(() => LabelSubset.Fraction([0, 1], fraction));

    // One at a time to the class that has the fewest so far and rows left; counted independently of this code.
    [Theory]
    [InlineData(0.002, 1, 1, 1)]      // one row in all; one of each class
    [InlineData(0.1, 34, 15, 3)]      // 52
    [InlineData(0.3, 137, 15, 3)]     // 155
    [InlineData(0.5, 241, 15, 3)]     // 259
    [InlineData(1, 500, 15, 3)]
    public void Classes_of_unequal_size_give_the_same_number_as_far_as_they_can(
        double fraction, int large, int small, int tiny)
    {
        int[] labels = [.. Enumerable.Range(0, 518).Select(row => row < 3 ? 2 : row < 18 ? 1 : 0)];
        int[] chosen = LabelSubset.Fraction(labels, fraction, seed: 1);
        Assert.Equal(chosen.Order().Distinct(), chosen);
        Assert.Equal([tiny, small, large], chosen.CountBy(row => labels[row]).Select(count => count.Value));
        Assert.Equal(chosen, LabelSubset.Fraction(labels, fraction, seed: 1));
        Assert.All(
            chosen, row => Assert.Contains(row, LabelSubset.Fraction(labels, Math.Min(1, 2 * fraction), seed: 1)));
    }

    // The 1000 classes of ImageNet have 732 to 1300 images, most of them 1300, and 1,281,167 in all.
    [Fact]
    public void One_percent_of_ImageNet_is_12_or_13_of_each_class_and_ten_percent_128_or_129()
    {
        int[] sizes =
        [
            .. Enumerable.Repeat(1300, 895),
            .. Enumerable.Range(0, 104).Select(i => 732 + (i * 568 / 64)).Select(size => Math.Min(1300, size)),
        ];
        int[] labels = [.. sizes.Append(1_281_167 - sizes.Sum())
            .SelectMany((size, label) => Enumerable.Repeat(label, size))];
        Assert.InRange(1_281_167 - sizes.Sum(), 732, 1300);

        int[] hundredth = LabelSubset.Fraction(labels, 0.01);
        int[] tenth = LabelSubset.Fraction(labels, 0.1);
        Assert.Equal([(12, 188), (13, 812)], Sizes(hundredth));   // 12,812
        Assert.Equal([(128, 883), (129, 117)], Sizes(tenth));     // 128,117
        Assert.Empty(hundredth.Except(tenth));
        Assert.NotEqual(Thirteens(0), Thirteens(1));

        (int, int)[] Sizes(int[] rows)
            => [.. rows.CountBy(row => labels[row]).CountBy(c => c.Value).Select(c => (c.Key, c.Value)).Order()];
        int[] Thirteens(long seed) => [.. LabelSubset.Fraction(labels, 0.01, seed)
            .CountBy(row => labels[row])
            .Where(c => c.Value == 13)
            .Select(c => c.Key)];
    }

    [Fact]
    public void The_smallest_fraction_is_one_of_each_class()
        => Assert.Equal(10, LabelSubset.Fraction([.. Enumerable.Range(0, 100).Select(row => row % 10)], 0.001).Length);

    [Fact]
    public void A_split_holds_out_a_share_of_each_class_and_at_least_one()
    {
        int[] labels = [.. Enumerable.Repeat(0, 50), .. Enumerable.Repeat(1, 10), .. Enumerable.Repeat(2, 2)];
        (int[] kept, int[] heldOut) = LabelSubset.Split(labels, 0.2, seed: 3);
        Assert.Equal(Enumerable.Range(0, 62), kept.Concat(heldOut).Order());
        Assert.Equal([10, 2, 1], heldOut.CountBy(row => labels[row]).Select(count => count.Value));
        var error = Assert.Throws<DataException>(() => LabelSubset.Split([0, 0, 1], 0.2));
        Assert.Contains("class 1 has one labeled image", error.Message, StringComparison.Ordinal);
    }
}
