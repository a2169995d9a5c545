using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class LabelListTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ImageDataSet images;

    public LabelListTests()
    {
        foreach (string name
            in new[] { "n01/n01_7.JPEG", "n01/n01_8.JPEG", "n01/same.png", "n02/n02_7.JPEG", "n02/same.png" })
        {
            folder.Write($"train/{name}", "only the name counts");
        }

        images = DataSets.Open(folder.PathOf("train"));
    }

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("n02_7.JPEG\nn01_8.JPEG\n", "1 3")]            // the official ImageNet lists
    [InlineData("n01/n01_7.JPEG\r\n\r\n n02/same.png ", "0 4")]
    [InlineData("\"n02_7.JPEG\"\rn01_8.JPEG", "1 3")]
    [InlineData("train\\n01\\n01_7.JPEG\nn01_7.JPEG", "0")]
    public void Images_are_found_by_file_name_or_end_of_path(string lines, string expected)
        => Assert.Equal(expected, string.Join(' ', LabelList.Read(images, folder.Write("list.txt", lines))));

    [Theory]
    [InlineData("n01_7.JPEG\n7.JPEG\nn03_1.JPEG\nx\ny", "4 of 5 names are not in", "7.JPEG, n03_1.JPEG, x, …")]
    [InlineData("\"\"\nn01_7.JPEG", "1 of 2 names are not in", "\"\"")]
    [InlineData("same.png", "1 of 1 names are in", "more than once")]
    [InlineData("\n \n", "names no image", "expected a file name on each line")]
    public void Unmatched_entries_are_counted_and_named(string lines, string what, string examples)
    {
        var error = Assert.Throws<DataException>(() => LabelList.Read(images, folder.Write("list.txt", lines)));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(examples, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_list_is_a_usage_error()
        => Assert.Throws<ConfigurationException>(() => LabelList.Read(images, folder.PathOf("nowhere.txt")));
}
