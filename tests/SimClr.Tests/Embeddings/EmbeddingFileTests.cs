using System.Text;
using SimClr.Embeddings;
using SimClr.Parquet;
using SimClr.Tests.Data;

namespace SimClr.Tests.Embeddings;

public sealed class EmbeddingFileTests : IDisposable
{
    private static readonly IEmbeddingFormat[] Others = [new ParquetFormat()];
    private static readonly string[] Extensions = [".npy", ".csv", ".safetensors", ".parquet"];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Formats => [.. Extensions];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Written_tables_are_read_back_bit_for_bit(string extension)
    {
        float[] values = [0.1f, -0f, 1e-45f, float.MaxValue, 1 / 3f, -7];
        string[] paths = ["a, \"b\".png", "häß/ü\n2.png", ""];
        var table = new EmbeddingTable(values, 2, paths, [1, 0, 1], ["10", "9"], [3, 40, 500], [6, 7, 8]);
        EmbeddingTable back = Back(table, extension);
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), back.Values.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(2, back.Dimension);
        Assert.Equal(paths, back.Paths);
        Assert.Equal(["9", "10", "9"], back.Labels!.Select(label => back.ClassNames![label]));
        Assert.Equal([3, 40, 500], back.Widths);
        Assert.Equal([6, 7, 8], back.Heights);
    }

    [Theory]
    [InlineData("a,b,", "the row of 'p2' has no label (1 of 3 rows)")]
    [InlineData(",,c", "the row of 'p0' has no label (2 of 3 rows)")]
    [InlineData(",,", null)]
    [InlineData("a,b,c", null)]
    public void The_row_that_keeps_a_table_from_having_labels_is_named(string labels, string? expected)
    {
        string[] rows = [.. labels.Split(',').Select((label, row) => $"p{row},{label},0.5\n")];
        EmbeddingTable table = EmbeddingFile.Read(folder.Write("e.csv", $"path,label,e0\n{string.Concat(rows)}"));
        Assert.Equal(labels == "a,b,c", table.Labels is not null);
        Assert.Equal(expected, table.NoLabelsReason);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_pipe_is_refused_without_blocking(string extension)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        string pipe = OddFiles.MakePipe(folder.PathOf($"pipe{extension}"));
        Assert.Contains(
            "is a named pipe",
            Assert.Throws<DataException>(() => EmbeddingFile.Read(pipe, Others)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_link_is_read_as_the_file_behind_it(string extension)
    {
        // More than so short a link could hold.
        float[] values = [.. Enumerable.Range(0, 8 * 512).Select(i => i / 7f)];
        EmbeddingFile.Write(
            folder.PathOf($"file{extension}"),
            new EmbeddingTable(values, 512, [.. "abcdefgh".Select(name => $"{name}")]),
            Others);
        File.CreateSymbolicLink(folder.PathOf($"l{extension}"), $"file{extension}");
        Assert.Equal(values, EmbeddingFile.Read(folder.PathOf($"l{extension}"), Others).Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Labels_and_sizes_are_optional(string extension)
    {
        EmbeddingTable back = Back(new EmbeddingTable([1, 2], 1, ["a", "b"]), extension);
        Assert.Equal(["a", "b"], back.Paths);
        Assert.Null(back.Labels);
        Assert.Null(back.ClassNames);
        Assert.Null(back.Widths);
    }

    [Theory]
    [InlineData(".safetensors")]
    [InlineData(".parquet")]
    public void Classes_without_rows_keep_their_numbers(string extension)
    {
        EmbeddingTable back = Back(new EmbeddingTable([1, 2], 1, ["a", "b"], [2, 0], ["cat", "dog", "ant"]), extension);
        Assert.Equal([2, 0], back.Labels);
        Assert.Equal(["cat", "dog", "ant"], back.ClassNames);
    }

    [Theory]
    [InlineData("float32.npy")]
    [InlineData("float64.npy")]
    [InlineData("float16.npy")]
    [InlineData("version2.npy")]
    public void Numpy_files_are_read_and_rows_are_named_by_their_number(string name)
    {
        EmbeddingTable table = EmbeddingFile.Read(Golden(name));
        Assert.Equal([1.5f, -2.25f, 0, 3, 4, 0.125f], table.Values);
        Assert.Equal(3, table.Dimension);
        Assert.Equal([$"{name}[0]", $"{name}[1]"], table.Paths);
    }

    [Fact]
    public void A_matrix_has_the_bytes_that_numpy_writes()
    {
        string file = folder.PathOf("own.npy");
        EmbeddingFile.Write(file, new EmbeddingTable([1.5f, -2.25f, 0, 3, 4, 0.125f], 3, ["a", "b"]));
        Assert.Equal(File.ReadAllBytes(Golden("float32.npy")), File.ReadAllBytes(file));
        Assert.Equal("path\na\nb\n", File.ReadAllText(file + ".csv"));
    }

    [Theory]
    [InlineData("fortran.npy", "ascontiguousarray")]
    [InlineData("big-endian.npy", "'>f4'")]
    [InlineData("int64.npy", "'<i8'")]
    [InlineData("vector.npy", "shape [3]")]
    [InlineData("none.npy", "at least one row")]
    [InlineData("pair.npy", "expected a matrix of float32")]
    [InlineData("object.npy", "'|O'")]
    public void Other_matrices_are_refused_with_their_type(string name, string expected)
        => Assert.Contains(expected, Refused(Golden(name)));

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_that_was_cut_anywhere_is_refused(string extension)
    {
        var table = new EmbeddingTable([1.25f, 2, 3, 4.75f], 2, ["a", "b"], [1, 0], ["x", "y"], [1, 2], [3, 4]);
        string file = folder.PathOf("whole" + extension);
        EmbeddingFile.Write(file, table, Others);
        File.Delete(file + ".csv");
        byte[] bytes = File.ReadAllBytes(file);
        Assert.Equal(table.Values, EmbeddingFile.Read(folder.Write("cut" + extension, bytes), Others).Values);
        foreach (int length in Enumerable.Range(0, bytes.Length)
            .Where(i => extension != ".csv" || i == 0 || bytes[i - 1] != '\n'))
        {
            Refused(folder.Write("cut" + extension, bytes[..length]));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Numbers_that_are_not_finite_are_refused_with_their_row(string extension)
    {
        string file = folder.PathOf("nan" + extension);
        foreach (float wrong in new[] { float.NaN, float.NegativeInfinity })
        {
            EmbeddingFile.Write(file, new EmbeddingTable([1, 2, 3, wrong], 2, ["a", "b.png"]), Others);
            Assert.Contains("row 1 (b.png) holds", Refused(file));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_text_file_a_folder_and_a_missing_file_are_refused(string extension)
    {
        Refused(folder.Write("text" + extension, "this is no table\nof numbers\n"));
        Refused(folder.Write("empty" + extension, ""));
        Refused(folder.Write("zeros" + extension, new byte[5000]));
        Directory.CreateDirectory(folder.PathOf("folder" + extension));
        Assert.Contains("is a folder", Refused(folder.PathOf("folder" + extension)));
        Assert.Contains("EmbeddingTask.Run(", Refused(folder.PathOf("nothing" + extension)));
    }

    [Fact]
    public void Another_extension_is_refused_with_the_supported_ones()
    {
        var error = Assert.Throws<ConfigurationException>(() => EmbeddingFile.Read("photos.parkuet", Others));
        Assert.Contains(
            "one of .npy, .csv, .safetensors, .parquet (did you mean '.parquet'?)",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path,e0,e1\na,1\n", "line 2: got 2 field(s), expected 3")]
    [InlineData("path,e0,e1\na,1,x\n", "line 2: got 'x', expected a number in column e1")]
    [InlineData("path,e0,e2\na,1,2\n", "line 1: got the header 'path,e0,e2'")]
    [InlineData("file,e0\na,1\n", "line 1: got the header 'file,e0'")]
    [InlineData("path,width,height,e0\na,0,1,2\n", "expected pixels")]
    [InlineData("path,e0\n", "got no rows")]
    [InlineData("path,e0\n\"a,1\n", "a quote is not closed")]
    [InlineData(
        "path,e0\na,-1e99\n",
        "line 2: got '-1e99', expected a number in column e0 that float32 can hold, up to 3.4e+38")]
    [InlineData("path,e0\na,Infinity\n", "expected finite numbers")]
    public void A_csv_that_does_not_fit_is_refused_with_its_line(string text, string expected)
        => Assert.Contains(expected, Refused(folder.Write("bad.csv", text)));

    /// <summary>One value overflows to infinity in float32; another is infinite already.</summary>
    [Fact]
    public void A_double_beyond_the_range_of_floats_is_reported_unchanged()
    {
        const string Header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
        Assert.EndsWith(
            "big.npy: row 1 holds -1E+300 at index 0, expected numbers that float32 can "
                + "hold, up to 3.4e+38; scale them",
            Refused(Doubles(-1e300)));
        Assert.EndsWith(
            "row 1 (big.npy[1]) holds -Infinity at index 0, expected finite numbers; remove the row or embed again",
            Refused(Doubles(double.NegativeInfinity)));

        string Doubles(double third) => folder.Write("big.npy", [
            0x93, .. "NUMPY"u8, 1, 0, (byte)Header.Length, 0, .. Encoding.ASCII.GetBytes(Header),
            .. new[] { 1, 1e-300, third, 1 }.SelectMany(BitConverter.GetBytes)]);
    }

    [Fact]
    public void A_pipe_beside_a_matrix_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "made by calls of Linux");
        EmbeddingFile.Write(folder.PathOf("own.npy"), new EmbeddingTable([1, 2], 1, ["a", "b"]));
        File.Delete(folder.PathOf("own.npy.csv"));
        OddFiles.MakePipe(folder.PathOf("own.npy.csv"));
        Assert.Contains("own.npy.csv is a named pipe rather than a file", Refused(folder.PathOf("own.npy")));
    }

    [Fact]
    public void A_companion_of_another_matrix_is_refused()
    {
        string file = folder.PathOf("own.npy");
        EmbeddingFile.Write(file, new EmbeddingTable([1, 2], 1, ["a", "b"]));
        File.WriteAllText(file + ".csv", "path\na\n");
        Assert.Contains("describes 1 rows", Refused(file));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 2), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }")]
    public void A_matrix_that_claims_more_than_the_file_holds_is_refused_before_memory_is_taken(string header)
    {
        byte[] bytes =
        [
            0x93, .. Encoding.ASCII.GetBytes("NUMPY"), 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header),
            0, 0, 0, 0,
        ];
        Refused(folder.Write("bomb.npy", bytes));
    }

    [Fact]
    public void Safetensors_that_hold_no_embeddings_or_false_places_are_refused()
    {
        Assert.Contains(
            "expected one named 'embeddings'",
            Refused(Safetensors("""{"conv1.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}""", 4)));
        Assert.Contains(
            "of type I64",
            Refused(Safetensors("""{"embeddings":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}}""", 8)));
        Assert.Contains(
            "cut short or tampered",
            Refused(Safetensors("""{"embeddings":{"dtype":"F32","shape":[2,1],"data_offsets":[0,4]}}""", 4)));
        Assert.Contains(
            "cut short or tampered",
            Refused(Safetensors("""{"embeddings":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""", 4)));
        Refused(
            Safetensors("""{"embeddings":{"dtype":"F32","shape":[1,1],"data_offsets":[9223372036854775807,4]}}""", 4));
        EmbeddingTable bare = EmbeddingFile.Read(
            Safetensors("""{"embeddings":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}""", 4));
        Assert.Equal(["bad.safetensors[0]"], bare.Paths);
    }

    private string Safetensors(string header, int bytes)
        => folder.Write(
            "bad.safetensors",
            [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]]);

    private EmbeddingTable Back(EmbeddingTable table, string extension)
    {
        string file = folder.PathOf("table" + extension);
        EmbeddingFile.Write(file, table, Others);
        return EmbeddingFile.Read(file, Others);
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "embeddings", name);

    private static string Refused(string file)
        => Assert.Throws<DataException>(() => EmbeddingFile.Read(file, Others)).Message;
}
