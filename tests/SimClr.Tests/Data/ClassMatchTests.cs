using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class ClassMatchTests
{
    [Fact]
    public void Classes_are_matched_by_name_in_any_order()
    {
        var match = ClassMatch.Create(["cat", "dog", "ship"], ["ship", "cat"], [0, 0, 1]);

        Assert.Equal(["cat", "dog", "ship"], match.Names);
        Assert.Equal([2, 2, 0], match.Labels);
        Assert.Equal(["dog"], match.Missing);
        Assert.Empty(match.Unknown);
    }

    [Fact]
    public void Names_that_differ_by_normalization_alone_are_the_same()
    {
        var match = ClassMatch.Create(["Br\u00f6tchen", "K\u00e4se"], ["Bro\u0308tchen", "Ka\u0308se"], [0, 1]);

        Assert.Equal([0, 1], match.Labels);
        Assert.Equal(2, match.Names!.Count);
        Assert.Empty(match.Missing);
    }

    [Fact]
    public void Images_of_other_classes_are_reported_and_numbered_after_the_known_ones()
    {
        var match = ClassMatch.Create(["cat", "dog"], ["ant", "cat", "bee"], [0, 1, 2, 2]);

        Assert.Equal(["cat", "dog", "ant", "bee"], match.Names);
        Assert.Equal([2, 0, 3, 3], match.Labels);
        Assert.Equal(["ant", "bee"], match.Unknown);
        Assert.Equal(3, match.UnknownImages);
        Assert.Equal(["dog"], match.Missing);
    }

    [Fact]
    public void Identical_classes_stay_unchanged()
    {
        string[] own = ["cat", "dog"];
        Assert.True(ClassMatch.Create(["cat", "dog"], own, [1, 0]).IsSame(own));
        Assert.True(ClassMatch.Create(null, null, [1, 0]).IsSame(null));
        Assert.False(ClassMatch.Create(["dog", "cat"], own, [1, 0]).IsSame(own));
    }

    [Fact]
    public void Sets_without_a_common_class_are_refused()
    {
        string message = Assert.Throws<DataException>(
            () => ClassMatch.Create(["cat", "dog"], ["ant", "bee", "cat"], [0, 1], "validation")).Message;

        Assert.Contains(
            "training and validation images have different classes (2 and 3; only in one of them: dog, ant, bee)",
            message);
        ClassMatch.RequireSame(["K\u00e4se"], ["Ka\u0308se"]);
        Assert.Throws<DataException>(() => ClassMatch.RequireSame(["cat", "dog"], ["dog", "cat"]));
    }
}
