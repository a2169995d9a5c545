using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class TarHeadersTests
{
    private static readonly byte[] Abc = "abc"u8.ToArray();

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Every_dialect_is_read_as_the_runtime_writes_it(TarEntryFormat format)
    {
        bool knowsLongNames = format is TarEntryFormat.Pax or TarEntryFormat.Gnu;
        string name = format == TarEntryFormat.V7
            ? new string('n', 99)
            : string.Concat(Enumerable.Repeat("ordner-ä/", 12)) + "1.png";
        name = knowsLongNames ? string.Concat(Enumerable.Repeat("long/", 200)) + "1.png" : name;
        string target = knowsLongNames ? string.Concat(Enumerable.Repeat("../", 100)) + "x" : "../x";
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            TarEntryType file = format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
            tar.WriteEntry(Entry(format, TarEntryType.Directory, "folder"));
            tar.WriteEntry(Entry(format, file, name, content: Enumerable.Range(0, 700).Select(i => (byte)i).ToArray()));
            tar.WriteEntry(Entry(format, TarEntryType.SymbolicLink, "symbolic", target));
            tar.WriteEntry(Entry(format, TarEntryType.HardLink, "hard", target));
            tar.WriteEntry(Entry(format, file, "empty"));
        }

        TarHeader[] found = Read(bytes.ToArray());
        Assert.Equal(
            [TarKind.Folder, TarKind.File, TarKind.SymbolicLink, TarKind.HardLink, TarKind.File],
            found.Select(header => header.Kind));
        Assert.Equal(
            ["folder/", name, "symbolic", "hard", "empty"],
            found.Select(header => header.Kind == TarKind.Folder ? header.Name.TrimEnd('/') + "/" : header.Name));
        Assert.Equal(["", "", target, target, ""], found.Select(header => header.Link));
        Assert.Equal([0, 700, 0, 0, 0], found.Select(header => header.Length));
        Assert.Equal((byte)(699 & 0xFF), bytes.ToArray()[found[1].Offset + 699]);
        Assert.Equal(found, Read(bytes.ToArray(), seekable: false));
    }

    [Fact]
    public void Binary_lengths_pax_lengths_and_signed_checksums_are_read()
    {
        byte[] binary = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3];
        byte[] signed = TarBytes.Member("ä", '0', Abc);
        int sum = signed.Take(512).Select((value, i) => i is >= 148 and < 156 ? (int)' ' : (sbyte)value).Sum();
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(signed, 148);
        TarHeader[] found = Read(TarBytes.Archive(
            TarBytes.Member("a", '0', Abc, binary, "ustar  \0"),
            TarBytes.Member("x", 'x', TarBytes.Record("size", "3")), TarBytes.Member("b", '0', Abc, new byte[12]),
            signed,
            TarBytes.Member("g", 'g', TarBytes.Record("path", "not this")), TarBytes.Member("c", '0', Abc)));
        Assert.Equal(["a", "b", "ä", "c"], found.Select(header => header.Name));
        Assert.All(found, header => Assert.Equal(3, header.Length));
    }

    public static TheoryData<string, byte[]> Damaged => new()
    {
        { "there is no tar header", Encoding.ASCII.GetBytes(new string('x', 2000)) },
        { "cut off after its beginning", [] },
        { "cut off within a", TarBytes.Member("a", '0', Abc)[..514] },
        { "cut off after a", TarBytes.Member("a", '0', Abc) },
        { "cut off within a", TarBytes.Archive(TarBytes.Member("a", '0', Abc, "77777777777\0"u8.ToArray())) },
        {
            "cut off within a",
            TarBytes.Archive(TarBytes.Member("a", '0', Abc, [0x80, 0, 0, 0, 0x7F, 255, 255, 255, 255, 255, 255, 255]))
        },
        {
            "the length of a is not a number",
            TarBytes.Archive(
                TarBytes.Member("a", '0', Abc, [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]))
        },
        {
            "the length of a is not a number: '12x",
            TarBytes.Archive(TarBytes.Member("a", '0', Abc, "12x00000000\0"u8.ToArray()))
        },
        {
            "has the size '99999999999999999999'",
            TarBytes.Archive(
                TarBytes.Member("x", 'x', TarBytes.Record("size", "99999999999999999999")),
                TarBytes.Member("a", '0', Abc))
        },
        {
            "has the size '-1'",
            TarBytes.Archive(TarBytes.Member("x", 'x', TarBytes.Record("size", "-1")), TarBytes.Member("a", '0', Abc))
        },
        {
            "extended header (pax) is damaged",
            TarBytes.Archive(TarBytes.Member("x", 'x', "99 path=a\n"u8.ToArray()), TarBytes.Member("a", '0', Abc))
        },
        {
            "extended header (pax) is damaged",
            TarBytes.Archive(TarBytes.Member("x", 'x', "2 \n"u8.ToArray()), TarBytes.Member("a", '0', Abc))
        },
        {
            "extended header (pax) is damaged",
            TarBytes.Archive(TarBytes.Member("x", 'x', "path"u8.ToArray()), TarBytes.Member("a", '0', Abc))
        },
        {
            "an extended header of 2097152 bytes",
            TarBytes.Archive(TarBytes.Member("x", 'x', Abc, "00010000000\0"u8.ToArray()))
        },
        { "ends within a header", TarBytes.Archive(TarBytes.Member("x", 'L', Abc)) },
        {
            "consecutive extended headers",
            TarBytes.Archive([.. Enumerable.Repeat(TarBytes.Member("x", 'L', Abc), 40)])
        },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_file_is_refused_with_the_position_and_without_allocation(string expected, byte[] bytes)
    {
        foreach (bool seekable in new[] { true, false })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Exception error = Assert.ThrowsAny<Exception>(() => Read(bytes, seekable));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
            Assert.True(error is InvalidDataException or EndOfStreamException, error.ToString());
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Every byte of the headers is changed, with a checksum that matches and one that does not.</summary>
    [Fact]
    public void Any_header_gives_one_of_two_errors()
    {
        byte[] whole = TarBytes.Archive(
            TarBytes.Member("x", 'x', [.. TarBytes.Record("path", "p"), .. TarBytes.Record("size", "3")]),
            TarBytes.Member("a", '0', Abc),
            TarBytes.Member("b", '2', []));
        for (int at = 0; at < whole.Length - 1024; at++)
        {
            foreach (byte value in new byte[] { 0, (byte)'0', (byte)'9', (byte)'S', 0x7F, 0x80, 0xFF })
            {
                byte[] broken = [.. whole];
                broken[at] = value;
                Try(broken);
                byte[] header = broken[(at / 512 * 512)..];
                TarBytes.Seal(header);
                header.CopyTo(broken, at / 512 * 512);
                Try(broken);
            }
        }

        static void Try(byte[] bytes)
        {
            try
            {
                Read(bytes);
            }
            catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
            {
            }
        }
    }

    private static TarHeader[] Read(byte[] bytes, bool seekable = true)
    {
        using Stream stream = seekable
            ? new MemoryStream(bytes)
            : new DeflateStream(new MemoryStream(Deflated(bytes)), CompressionMode.Decompress);
        var headers = new TarHeaders(stream);
        List<TarHeader> found = [];
        while (headers.Next() is { } header)
        {
            found.Add(header);
        }

        return [.. found];
    }

    private static byte[] Deflated(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }

        return packed.ToArray();
    }

    private static TarEntry Entry(
        TarEntryFormat format, TarEntryType type, string name, string? link = null, byte[]? content = null)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            _ => new GnuTarEntry(type, name),
        };
        if (link is not null)
        {
            entry.LinkName = link;
        }

        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        return entry;
    }
}
