using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class MatFileTests : IDisposable
{
    private static readonly MatBytes Little = new(bigEndian: false);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("setid.mat")]
    [InlineData("setid_plain.mat")]
    public void Numbers_as_SciPy_writes_them(string file)
    {
        MatFile mat = Golden(file);
        Assert.Equal([1, 4, 6], mat.Integers("trnid"));
        Assert.Equal([2, 5], mat.Integers("valid"));
        Assert.Equal([3, 7, 8], mat.Integers("tstid"));
        Assert.Equal([1, 2, 3, 102, 1, 2, 1, 102], Golden("imagelabels.mat").Integers("labels"));
    }

    [Fact]
    public void Structs_and_cells_as_SciPy_writes_them()
    {
        MatFile mat = Golden("cars_annos.mat");
        Assert.Equal(["00001.jpg", "00002.jpg", "00003.jpg"], mat.Texts("annotations", "fname"));
        Assert.Equal([2, 196, 1], mat.Integers("annotations", "class"));
        Assert.Equal([375, 376, 377], mat.Integers("annotations", "bbox_y2"));
        Assert.Equal(["Acura RL", "Überauto"], mat.Texts("class_names"));
    }

    [Theory]
    [InlineData("int8")]
    [InlineData("uint8")]
    [InlineData("int16")]
    [InlineData("uint16")]
    [InlineData("int32")]
    [InlineData("uint32")]
    [InlineData("int64")]
    [InlineData("uint64")]
    [InlineData("float32")]
    [InlineData("float64")]
    public void Every_type_of_number_column_by_column(string type)
        => Assert.Equal([0, 7, 1, 8, 100, 9], Golden("numbers.mat").Integers(type));

    [Fact]
    public void Negative_complex_and_empty_numbers()
    {
        MatFile mat = Golden("numbers.mat");
        Assert.Equal([-1, -128], mat.Integers("negative"));
        Assert.Equal([3], mat.Integers("complex"));
        Assert.Empty(mat.Integers("empty"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Either_order_of_bytes_compressed_or_not(bool bigEndian, bool compressed)
    {
        var bytes = new MatBytes(bigEndian);
        byte[][] variables =
        [
            bytes.Doubles("x", 1, -2, 3e9),
            bytes.UInt16("abcdef", 258, 65535),
            bytes.Cells("names", bytes.Text("", "one"), bytes.Text("", "zwölf")),
            bytes.Structs(
                "s", ["file", "class"], 2, bytes.Text("", "a"), bytes.Doubles("", 4), bytes.Text("", "b"),
                bytes.Doubles("", 5)),
        ];
        MatFile mat = Read(
            bytes.File([.. variables.Select(element => compressed ? bytes.Compressed(element) : element)]));
        Assert.Equal([258, 65535], mat.Integers("abcdef"));
        Assert.Equal(["one", "zwölf"], mat.Texts("names"));
        Assert.Equal(["a", "b"], mat.Texts("s", "file"));
        Assert.Equal([4, 5], mat.Integers("s", "class"));
        Assert.Contains(
            "'x' holds 3000000000, expected a whole number",
            Refused(() => mat.Integers("x")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("half", null, "'half' holds 0.5, expected a whole number")]
    [InlineData("nested", null, "'nested' is a cell array of 2 elements, expected whole numbers")]
    [InlineData("labels", null, "'labels' with whole numbers")]
    [InlineData("half", "class", "'half' is a numeric array of 1 elements, expected structs with the field 'class'")]
    public void A_missing_variable_or_one_of_another_type_is_named(string variable, string? field, string expected)
    {
        MatFile mat = Golden("numbers.mat");
        string message = Refused(() => field is null ? mat.Integers(variable) : mat.Integers(variable, field));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("numbers.mat", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_field_is_named_with_the_existing_ones()
        => Assert.Contains(
            "'annotations' has the fields bbox_x1, bbox_y1, bbox_x2, bbox_y2, class, fname, expected a field 'test'",
            Refused(() => Golden("cars_annos.mat").Integers("annotations", "test")),
            StringComparison.Ordinal);

    [Fact]
    public void Other_kinds_of_arrays_are_skipped()
    {
        MatFile mat = Read(Little.File(
            Little.Array("f", 16, 1, 1, Little.Element(1, 1, 2, 3)), Little.Element(99, 1, 2), Little.Doubles("x", 7)));
        Assert.Equal([7], mat.Integers("x"));
        Assert.Contains(
            "array of class 16, which is not supported", Refused(() => mat.Integers("f")), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_formats_are_refused_with_the_remedy()
    {
        byte[] header = Little.File();
        "MATLAB 7.3 MAT-file"u8.CopyTo(header);
        Assert.Contains("version 7.3 (HDF5)", Refused(header), StringComparison.Ordinal);
        Assert.Contains(
            "save it again with -v7", Refused([0x89, .. "HDF\r\n"u8, 0x1a, 0x0a]), StringComparison.Ordinal);
        Assert.Contains("not a level 5 MAT-file", Refused(new byte[200]), StringComparison.Ordinal);
        Assert.Contains("got 3 bytes", Refused([1, 2, 3]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setid.mat")]
    [InlineData("setid_plain.mat")]
    [InlineData("cars_annos.mat")]
    [InlineData("numbers.mat")]
    public void Cut_anywhere_or_with_any_byte_changed_a_file_is_read_or_refused(string file)
    {
        byte[] whole = File.ReadAllBytes(GoldenPath(file));
        int refused = 0;
        for (int at = 0; at < whole.Length; at += whole.Length > 1500 ? 7 : 1)
        {
            refused += IsRefused(whole[..at]) ? 1 : 0;
            byte[] changed = [.. whole];
            changed[at] ^= 0xFF;
            IsRefused(changed);
        }

        Assert.InRange(refused, whole.Length / 14, whole.Length);
    }

    [Fact]
    public void Sizes_that_the_file_cannot_hold_are_refused_before_allocation()
    {
        AssertDamaged("an array of 1000000000 elements", Little.Array("c", 1, 1, 1_000_000_000));
        AssertDamaged("an array of 2147483647 elements", Little.Array("c", 1, 70000, 70000));
        AssertDamaged("an array with a dimension of -1", Little.Array("c", 6, -1, 1));
        AssertDamaged("elements in ", Little.Structs("s", ["a", "b"], 500_000_000));
        AssertDamaged("2 numbers in an array of 3", Little.Array("x", 6, 1, 3, Little.Element(9, new byte[16])));
        AssertDamaged("numbers of type 77", Little.Array("x", 6, 1, 1, Little.Element(77, new byte[8])));
        AssertDamaged("an element of 4294967295 bytes", [.. Little.Int32(14), .. Little.Int32(-1)]);
        AssertDamaged("a small element of 9 bytes", [.. Little.Int32((9 << 16) | 1), 0, 0, 0, 0]);
        AssertDamaged("expected the class of an array", Little.Element(14, Little.Element(9, new byte[8])));
    }

    [Fact]
    public void The_nesting_of_arrays_is_limited()
    {
        byte[] inner = Little.Doubles("", 1);
        for (int depth = 0; depth < 2000; depth++)
        {
            inner = Little.Cells(depth == 1999 ? "deep" : "", inner);
        }

        AssertDamaged("arrays nested more than", inner);
    }

    [Fact]
    public void Data_that_inflates_without_end_is_refused()
    {
        byte[] zeros = Little.Compressed(new byte[30_000_000]);
        Assert.InRange(zeros.Length, 0, 500_000);
        AssertDamaged("more than labels can take", zeros);
        AssertDamaged(
            "more than labels can take",
            [
                .. Little.Compressed(Little.Element(99, new byte[12_000_000])),
                .. Little.Compressed(Little.Element(99, new byte[12_000_000])),
            ]);
        AssertDamaged(
            "a compressed element within a compressed one",
            Little.Compressed(Little.Compressed(Little.Doubles("x", 1))));
        AssertDamaged("cannot be inflated", Little.Element(15, 1, 2, 3, 4, 5, 6, 7, 8));
    }

    [Fact]
    public void Elements_without_bytes_take_no_time_and_no_memory()
    {
        // Structs without fields: any number that the file claims. Empty arrays: 8 bytes each, and one object for all
        // of them.
        byte[] structs = Little.Array("x", 2, 65536, 65535, Little.Small(5, Little.Int32(8)), Little.Element(1));
        byte[] cells = Little.Compressed(
            Little.Array("c", 1, 1, 100_000, [.. Enumerable.Repeat(Little.Element(14), 100_000)]));

        long before = GC.GetAllocatedBytesForCurrentThread();
        MatFile mat = Read(Little.File(structs, cells));
        Assert.Contains(
            "'x' has the fields , expected a field 'a'", Refused(() => mat.Texts("x", "a")), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        AssertDamaged(
            "bytes of field names",
            Little.Array("s", 2, 0, 1, Little.Small(5, Little.Int32(1)), Little.Element(1, new byte[100_000])));
    }

    private static bool IsRefused(byte[] bytes, string path)
    {
        File.WriteAllBytes(path, bytes);
        try
        {
            MatFile.Read(path);
            return false;
        }
        catch (DataException)
        {
            return true;
        }
    }

    private static string GoldenPath(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "mat", name);

    private static MatFile Golden(string name) => MatFile.Read(GoldenPath(name));

    private static string Refused(Func<object> read) => Assert.Throws<DataException>(read).Message;

    private bool IsRefused(byte[] bytes) => IsRefused(bytes, folder.PathOf("x.mat"));

    private MatFile Read(byte[] bytes) => MatFile.Read(folder.Write("x.mat", bytes));

    private string Refused(byte[] bytes) => Refused(() => Read(bytes));

    private void AssertDamaged(string expected, byte[] element)
    {
        string message = Refused(Little.File(element));
        Assert.Contains("the file is damaged", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
