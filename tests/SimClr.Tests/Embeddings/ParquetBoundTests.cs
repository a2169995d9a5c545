using SimClr.Parquet;

namespace SimClr.Tests.Embeddings;

/// <summary>
/// Claims of a Parquet page or footer are checked against the actual data before memory is allocated for them.
/// </summary>
public sealed class ParquetBoundTests : IDisposable
{
    private const int Gzip = 2;
    private const int Snappy = 1;
    private const int Zstandard = 6;

    private readonly Data.TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_page_that_expands_beyond_any_valid_file_of_its_size_is_refused()
    {
        Assert.Contains("that inflates to 1073741824, more", Sizes(Gzip, [1, 2, 3], inflated: 1 << 30));
        Assert.Contains(
            "that inflates to 1073741824, more", Sizes(Snappy, [0x80, 0x80, 0x80, 0x80, 0x04], inflated: 10));
        Assert.Contains(
            "that inflates to 1073741824, more",
            Sizes(Zstandard, [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x40], inflated: 10));

        // Blocks of one repeated byte each: 128 KB from four bytes; the frame does not give the size.
        byte[] blocks =
        [
            0x28, 0xB5, 0x2F, 0xFD, 0, 0x58,
            .. Enumerable.Repeat<byte[]>([2, 0, 0x10, 7], 10_000).SelectMany(block => block),
        ];
        Assert.Contains($"that inflates to {10_000L << 17}, more", Sizes(Zstandard, blocks, inflated: 10));
        Page(count: 5, inflated: 1000).RequireSizes(Snappy, [0xE8, 0x07], 100);
    }

    [Fact]
    public void A_page_of_more_values_than_its_column_lacks_is_refused()
    {
        Assert.Contains("with 6 values, expected at most 5", Refused(() => Page(count: 6, inflated: 10)));
        Assert.Contains("with 11 values, expected at most 5", Refused(() => ParquetPage.Parse(
            new ThriftStruct().With(1, 2).With(2, 10).With(3, 3).With(7, new ThriftStruct().With(1, 11).With(2, 0)),
            left: 5)));
        Assert.Contains("DELTA_BYTE_ARRAY", Refused(() => Page(count: 5, inflated: 10, encoding: 7)));
    }

    [Fact]
    public void Numbers_of_values_and_levels_are_bounded()
    {
        Assert.Contains(
            "a list of 2147483647 values in 0 bytes",
            Refused(() => new ThriftReader([0x19, 0xF5, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]).Read()));
        Assert.Contains(
            "nested more than 16 deep",
            Refused(() => new ThriftReader([.. Enumerable.Repeat((byte)0x1C, 100)]).Read()));
        Assert.Contains("more than 500000 values", Refused(
            () => new ThriftReader([0x19, 0xF1, 0xC0, 0xCF, 0x24, .. Enumerable.Repeat((byte)1, 600_000), 0]).Read()));
    }

    [Fact]
    public void Reading_beyond_the_end_terminates()
    {
        using var stream = new SegmentStream(File.OpenRead(folder.Write("file", "abc")));
        stream.Add([1, 2]);
        stream.Add(1, 2);
        byte[] bytes = new byte[4];
        stream.ReadExactly(bytes);

        Assert.Equal([1, 2, (byte)'b', (byte)'c'], bytes);
        Assert.Contains("the end", Refused(() => stream.ReadByte()));
    }

    private static string Sizes(int codec, byte[] packed, int inflated)
        => Refused(() => Page(5, inflated).RequireSizes(codec, packed, packed.Length + 100));

    private static ParquetPage Page(int count, int inflated, int encoding = 0)
        => ParquetPage.Parse(
            new ThriftStruct().With(1, 0).With(2, inflated).With(3, 3).With(
                5, new ThriftStruct().With(1, count).With(2, encoding)),
            left: 5);

    private static string Refused(Action read) => Assert.Throws<InvalidDataException>(read).Message;
}
