using Parquet;
using Parquet.Schema;
using SimClr.Embeddings;
using SimClr.Parquet;
using SimClr.Tests.Data;

namespace SimClr.Tests.Embeddings;

/// <summary>
/// Parquet files that would send the package into endless loops or gigabyte allocations, and files of other programs.
/// </summary>
public sealed class ParquetFileTests : IDisposable
{
    private static readonly ParquetFormat Format = new();

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Brotli)]
    [InlineData(CompressionMethod.LZ4)]
    [InlineData(CompressionMethod.Zstd)]
    public async Task Files_of_other_programs_are_read(CompressionMethod method)
    {
        // As pandas writes them: every column may have null values, and none does.
        var schema = new ParquetSchema(
            new DataField<string>("path"), new DataField<int?>("width"), new DataField<int?>("height"),
            new DataField<string>("other"), new ListField("embedding", new DataField<float?>("element")));
        DataField[] fields = schema.GetDataFields();
        await using (FileStream stream = File.Create(folder.PathOf("a.parquet")))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(
            schema, stream, new ParquetOptions { CompressionMethod = method }))
        {
            for (int group = 0; group < 2; group++)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync(fields[0], (IReadOnlyCollection<string>)[$"{group}a.jpg", $"{group}b.jpg"]);
                await rows.WriteAsync<int>(fields[1], new int?[] { 3, 4 }.AsMemory());
                await rows.WriteAsync<int>(fields[2], new int?[] { 5, 6 }.AsMemory());
                await rows.WriteAsync(fields[3], (IReadOnlyCollection<string>)["x", "y"]);
                int full = fields[4].MaxDefinitionLevel;
                await rows.WriteAllPartsAsync<float>(
                    fields[4],
                    new float[] { 1, 2, 3, 4 + group },
                    new[] { full, full, full, full },
                    new[] { 0, 1, 0, 1 },
                    default);
                rows.CompleteValidate();
            }
        }

        EmbeddingTable table = Format.Read(folder.PathOf("a.parquet"));
        Assert.Equal(["0a.jpg", "0b.jpg", "1a.jpg", "1b.jpg"], table.Paths);
        Assert.Equal([3, 4, 3, 4], table.Widths);
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 5], table.Values);
    }

    /// <summary>
    /// Plain texts, and texts by their lengths (DELTA_LENGTH_BYTE_ARRAY, as DuckDB writes them), with increasingly long
    /// statistics.
    /// </summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 5000)]
    [InlineData(0, 400_000)]
    [InlineData(6, 0)]
    public void Pages_of_other_programs_are_read(int encoding, int statistics)
    {
        // blocks of 128 in 4 parts, 2 values, the first 5, the others equally long
        byte[] texts = encoding == 0
            ? [5, 0, 0, 0, .. "x.jpg"u8, 5, 0, 0, 0, .. "y.jpg"u8]
            : [0x80, 1, 4, 2, 2 * 5, 0, 0, 0, 0, 0, .. "x.jpgy.jpg"u8];
        string path = folder.Write("a.parquet", WithPaths(Written(), texts, new ThriftStruct()
            .With(1, 2).With(2, encoding).With(3, 3).With(4, 3)
            .With(5, new ThriftStruct().With(5, new byte[statistics]).With(6, new byte[statistics]))));

        Assert.Equal(["x.jpg", "y.jpg"], Format.Read(path).Paths);
    }

    [Fact]
    public void An_endless_header_is_read_no_further_than_the_file()
    {
        var about = new ThriftStruct().With(1, 2).With(2, 0).With(3, 3).With(4, 3).With(
            5, new ThriftStruct().With(5, new byte[100_000]));
        byte[] file = WithPaths(Written(), new byte[10], about);
        byte[] changed = [.. file];
        // the encoded 100,000, before its bytes
        int length = changed.AsSpan().IndexOf(new byte[] { 0xA0, 0x8D, 0x06 });
        new byte[] { 0xFF, 0xFF, 0x7F }.CopyTo(changed, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("the end of the data where more is expected", Refused(changed), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void A_footer_of_random_bytes_is_refused()
    {
        byte[] file = Written();
        int footer = BitConverter.ToInt32(file, file.Length - 8);
        foreach (byte value in new byte[] { 0xFC, 0xFF, 0x1C, 0x19, 0x00, 0x15 })
        {
            file.AsSpan(file.Length - 8 - footer, footer).Fill(value);
            Refused(file);
        }
    }

    [Fact]
    public void Claims_beyond_the_file_size_are_refused_before_allocation()
    {
        byte[] file = Written();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            $"{1L << 40} rows in a file of ",
            Refused(Changed(file, (_, _) => null, rows: 1L << 40)),
            StringComparison.Ordinal);
        Assert.Contains(
            "a row group claims 3 rows but 2 values of 'path'",
            Refused(Changed(file, (_, _) => null, rows: 3)),
            StringComparison.Ordinal);
        Refused(Changed(file, (about, number) => number == 5 ? 1L << 40 : null));
        Refused(Changed(file, (about, number) => number == 9 ? 4L : null));
        Refused(Changed(file, (about, number) => number == 9 ? (long)file.Length : null));
        Refused(Changed(file, (about, number) => number == 9 ? long.MaxValue : null));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Pages_that_many_groups_of_rows_share_are_refused()
    {
        EmbeddingFile.Write(
            folder.PathOf("w.parquet"),
            new EmbeddingTable([.. Enumerable.Range(0, 4000)], 2000, ["a.jpg", "b.jpg"]),
            Format);
        byte[] file = File.ReadAllBytes(folder.PathOf("w.parquet"));
        ThriftStruct footer = Footer(file);
        List<object> groups = [.. Enumerable.Repeat((object)footer.Structs(4).Single(), 50)];

        Assert.Contains("or repeated", Refused(With(file, Replaced(footer, 4, groups))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_nesting_of_columns_is_limited()
    {
        byte[] name = "a"u8.ToArray();
        object[] deep =
        [
            .. Enumerable.Range(0, 100_000).Select(_ => new ThriftStruct().With(4, name).With(5, 1)),
            new ThriftStruct().With(1, 1).With(4, name),
        ];
        var footer = new ThriftStruct().With(1, 1).With(2, deep.ToList()).With(3, 0L).With(4, new List<object>());
        Assert.Contains("not a tree of columns", Refused(With(Written(), footer)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_text_that_many_rows_share_does_not_multiply()
    {
        const int Rows = 20_000;
        var columns = new ParquetColumns(sized: false, labeled: false);
        var options = new ParquetOptions();
        options.ColumnEncodingHints["path"] = EncodingHint.Dictionary;
        await using (FileStream stream = File.Create(folder.PathOf("a.parquet")))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(columns.Schema, stream, options))
        {
            var group = new ParquetGroup(columns, 1, Rows);
            var table = new EmbeddingTable(new float[Rows], 1, [.. Enumerable.Repeat(new string('x', 10_000), Rows)]);
            for (int row = 0; row < Rows; row++)
            {
                group.Add(table, row);
            }

            await group.WriteAsync(writer);
        }

        byte[] file = File.ReadAllBytes(folder.PathOf("a.parquet"));
        Assert.InRange(file.Length, 0, 1_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string refusal = Refused(file);
        Assert.True(refusal.Contains("its text has 200000000 characters", StringComparison.Ordinal), refusal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    private byte[] Written()
    {
        EmbeddingFile.Write(
            folder.PathOf("w.parquet"),
            new EmbeddingTable([1, 2, 3, 4, 5, 6], 3, ["a.jpg", "b.jpg"], [0, 1], ["cat", "dog"], [1, 2], [3, 4]),
            Format);
        return File.ReadAllBytes(folder.PathOf("w.parquet"));
    }

    /// <summary>
    /// Rewrites the file with other numbers in the columns' descriptions, where the change gives one, or with another
    /// number of rows.
    /// </summary>
    private static byte[] Changed(byte[] file, Func<ThriftStruct, int, object?> change, long? rows = null)
    {
        ThriftStruct footer = Footer(file);
        return With(file, Replaced(footer, 4, footer.Structs(4).Select(group =>
        {
            ThriftStruct other = rows is { } count ? Replaced(group, 3, count) : group;
            return (object)Replaced(other, 1, other.Structs(1).Select(chunk =>
            {
                ThriftStruct about = chunk.Find<ThriftStruct>(3)!;
                foreach (int number in new[] { 5, 9 })
                {
                    about = change(about, number) is long value ? Replaced(about, number, value) : about;
                }

                return (object)Replaced(chunk, 3, about);
            }).ToList());
        }).ToList()));
    }

    /// <summary>Rewrites the file with another page of paths, uncompressed, before its footer.</summary>
    private static byte[] WithPaths(byte[] file, byte[] texts, ThriftStruct about)
    {
        ThriftStruct footer = Footer(file);
        ThriftStruct column = footer.Structs(2)
            .Single(element => element.Find<byte[]>(4) is { } name && name.AsSpan().SequenceEqual("path"u8));
        byte[] levels = column.Number<int>(3) == 1 ? [2, 0, 0, 0, 2 << 1, 1] : [];   // 2 values that are present
        byte[] page = [.. levels, .. texts];
        byte[] header = ThriftWriter.Write(
            new ThriftStruct().With(1, 0).With(2, page.Length).With(3, page.Length).With(5, about));
        long begin = file.Length - 8 - BitConverter.ToInt32(file, file.Length - 8);
        var groups = footer.Structs(4).Select(group => (object)Replaced(group, 1, group.Structs(1).Select(chunk =>
        {
            ThriftStruct data = chunk.Find<ThriftStruct>(3)!;
            bool isPath = data.Find<List<object>>(3) is [byte[] name, ..] && name.AsSpan().SequenceEqual("path"u8);
            return isPath
                ? (object)Replaced(chunk, 3, Replaced(Replaced(Without(data, 10, 11), 4, 0), 9, begin))
                : chunk;
        }).ToList())).ToList();
        byte[] end = [.. file[..(int)begin], .. header, .. page];
        byte[] changed = ThriftWriter.Write(Replaced(footer, 4, groups));
        return [.. end, .. changed, .. BitConverter.GetBytes(changed.Length), .. "PAR1"u8];
    }

    private static ThriftStruct Without(ThriftStruct value, params int[] fields)
        => value.Fields.Where(item => !fields.Contains(item.Field))
            .Aggregate(new ThriftStruct(), (all, item) => all.With(item.Field, item.Value));

    private static ThriftStruct Replaced(ThriftStruct value, int field, object other)
        => value.Fields.Aggregate(
            new ThriftStruct(), (all, item) => all.With(item.Field, item.Field == field ? other : item.Value));

    private static ThriftStruct Footer(byte[] file)
    {
        int length = BitConverter.ToInt32(file, file.Length - 8);
        return new ThriftReader(file.AsSpan(file.Length - 8 - length, length)).Read();
    }

    private static byte[] With(byte[] file, ThriftStruct footer)
    {
        byte[] bytes = ThriftWriter.Write(footer);
        return
        [
            .. file[..^(8 + BitConverter.ToInt32(file, file.Length - 8))],
            .. bytes,
            .. BitConverter.GetBytes(bytes.Length),
            .. "PAR1"u8,
        ];
    }

    private string Refused(byte[] file)
    {
        string path = folder.Write("bad.parquet", file);
        string message = Assert.Throws<DataException>(() => Format.Read(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        return message;
    }
}
