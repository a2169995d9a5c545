using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class JoinedDataSetTests
{
    [Fact]
    public void Labels_of_the_second_set_are_those_of_the_first_by_name()
    {
        using ImageDataSet first = Images([1, 0], ["cat", "dog"]);
        using ImageDataSet second = Images([0, 1, 2], ["ant", "cat", "dog"]);
        using var joined = new JoinedDataSet(first, second);

        Assert.Equal(["cat", "dog", "ant"], joined.ClassNames!);
        Assert.Equal([1, 0, 2, 0, 1], joined.Labels!);
    }

    private static InMemoryDataSet Images(int[] labels, string[] classes)
        => new([.. labels.Select(label => new RgbImage(1, 1, [(byte)label, 0, 0]))], labels, classes);
}
