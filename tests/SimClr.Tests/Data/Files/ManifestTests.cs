using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class ManifestTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ManifestTests()
    {
        folder.Write("pictures/1.png", Images.Png(1));
        folder.Write("pictures/with, comma and \"quotes\".png", Images.Png(2));
        folder.Write("3.png", Images.Png(3));
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Both labels would become "c" plus the replacement character.</summary>
    [Fact]
    public void A_manifest_in_another_encoding_is_refused()
    {
        folder.Write("a.png", "only the name counts");
        File.WriteAllBytes(
            folder.PathOf("list.csv"), [.. "path,label\na.png,c"u8, 0xE9, .. "\na.png,c"u8, 0xE8, (byte)'\n']);
        var error = Assert.Throws<DataException>(() => DataSets.Open(folder.PathOf("list.csv")));
        Assert.Contains(
            "not text in UTF-8 (it holds the byte 0xE9); save it as UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_are_relative_to_the_manifest_and_classes_are_in_ordinal_order()
    {
        using ImageDataSet set = Open($"""
            path,label
            pictures/1.png,zebra
            "pictures/with, comma and ""quotes"".png",ant

            {folder.PathOf("3.png")},zebra
            """);
        Assert.Equal([1, 2, 3], Images.NumbersOf(set));
        Assert.Equal(["ant", "zebra"], set.ClassNames);
        Assert.Equal([1, 0, 1], set.Labels);
        Assert.Equal(folder.PathOf("3.png"), set.PathOf(2));
    }

    [Theory]
    [InlineData(",\n,\n")]
    [InlineData(",,\n")]
    public void Blank_rows_of_a_spreadsheet_are_not_images(string blank)
    {
        using ImageDataSet set = Open($"path,label\n3.png,x\n{blank}pictures/1.png,y\n{blank}");
        Assert.Equal([3, 1], Images.NumbersOf(set));
        Assert.Equal([0, 1], set.Labels);
    }

    [Fact]
    public void Columns_may_come_in_any_order_with_others_between_and_windows_line_ends()
    {
        using ImageDataSet set = Open("\uFEFFlabel,note,Path\r\nx,\"a\nb\",3.png\r\ny,,pictures/1.png\r\n");
        Assert.Equal([3, 1], Images.NumbersOf(set));
        Assert.Equal([0, 1], set.Labels);
    }

    [Fact]
    public void Without_a_label_column_or_with_a_label_missing_there_are_no_labels()
    {
        Assert.Null(Open("path\n3.png\n").Labels);
        Assert.Null(Open("path,label\n3.png,x\npictures/1.png,\n").Labels);
    }

    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    public void Spreadsheets_separate_by_semicolons_or_tabs(char separator)
    {
        using ImageDataSet set = Open(
            "\uFEFFpath;label\r\n3.png;a, b\r\npictures/1.png;\"c;d\"\r\n".Replace(';', separator));
        Assert.Equal([3, 1], Images.NumbersOf(set));
        Assert.Equal(["a, b", $"c{separator}d"], set.ClassNames);
    }

    [Fact]
    public void An_image_that_several_rows_name_is_read_once_with_the_label_of_any_of_them()
    {
        using ImageDataSet set = Open(
            $"path,label\n3.png,\npictures/1.png,b\n./3.png,a\n{folder.PathOf("3.png")},a\n"
                + "pictures/../pictures//1.png,b\n");
        Assert.Equal([3, 1], Images.NumbersOf(set));
        Assert.Equal(["a", "b"], set.ClassNames);
        Assert.Equal([0, 1], set.Labels);
        Assert.Equal(
            ["3 of 5 rows repeat an image (line 4 repeats line 2); each image is read once"], set.Omissions.Notes);
        Assert.Empty(Open("path,label\n3.png,b\npictures/1.png,b\n").Omissions.Notes);
    }

    [Fact]
    public void Two_labels_of_one_image_are_refused_with_both_lines()
    {
        var error = Assert.Throws<DataException>(
            () => Open("path,label\n3.png,cat\npictures/1.png,cat\n./3.png,dog\n"));
        Assert.EndsWith(
            "line 4: got the label 'dog' for './3.png', but 'cat' in line 2; expected one label per image",
            error.Message,
            StringComparison.Ordinal);
        Assert.Single(Open("path,label\n3.png,caf\u00e9\n3.png,cafe\u0301\n").ClassNames!);
    }

    [Fact]
    public void An_inch_mark_is_an_ordinary_character()
    {
        folder.Write("12\" record.png", Images.Png(12));
        using ImageDataSet set = Open("path,label\n3.png,a\n12\" record.png,b\npictures/1.png,a\n");
        Assert.Equal([3, 12, 1], Images.NumbersOf(set));
        Assert.Equal([0, 1, 0], set.Labels);
    }

    [Fact]
    public void The_row_without_a_label_is_named()
    {
        using ImageDataSet set = Open("path,label\n3.png,x\n\npictures/1.png, \n");
        Assert.Null(set.Labels);
        var error = Assert.Throws<DataException>(() => set.RequireLabels());
        Assert.Contains("line 4 has no label (1 of 2 rows)", error.Message, StringComparison.Ordinal);
        var none = Assert.Throws<DataException>(() => Open("path,label\n3.png,\npictures/1.png,\n").RequireLabels());
        Assert.Contains("a label in every row", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_with_a_zero_byte_is_an_unreadable_image()
    {
        using ImageDataSet set = Open("path,label\n3\0.png,x\n3.png,y\n");
        Assert.Equal(2, set.Count);
        Assert.Contains(
            "NUL", Assert.Throws<UnreadableImageException>(() => set.Read(0)).Reason, StringComparison.Ordinal);
        Assert.Equal(3, Images.NumberOf(set.Read(1)));
        Assert.NotEmpty(set.Fingerprint);
    }

    [Fact]
    public void A_missing_file_is_an_unreadable_image()
    {
        using ImageDataSet set = Open("path,label\nnone.png,y\n3.png,x\n");
        Assert.Equal(2, set.Count);
        var error = Assert.Throws<UnreadableImageException>(() => set.Read(0));
        Assert.Equal("there is no such file", error.Reason);
        Assert.Equal(folder.PathOf("none.png"), error.Path);
        Assert.NotNull(set.Read(1));
    }

    [Theory]
    [InlineData("path,label\n\nnone.png,y\nnor.png,x\n", "line 3: no file 'none.png'")]
    [InlineData("path,label\n,x\n", "line 2: got no path")]
    [InlineData("path,label\n3.png\n", "line 2: got 1 field(s), expected 2")]
    [InlineData("file;label\n3.png;x\n", "line 1: got the header 'file,label', expected 'path,label'")]
    [InlineData("path,label\n3\0.png,x\n", "line 2: the path holds a NUL character")]
    [InlineData("path,label\n\"3.png,x\n", "line 2: a quote is not closed")]
    [InlineData("path,label\n", "lists no image")]
    [InlineData("", "got the header ''")]
    public void A_mistake_is_named_with_its_line(string text, string expected)
    {
        var error = Assert.Throws<DataException>(() => Open(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("list.csv", error.Message, StringComparison.Ordinal);
    }

    private ImageDataSet Open(string text) => DataSets.Open(folder.Write("list.csv", text));
}
