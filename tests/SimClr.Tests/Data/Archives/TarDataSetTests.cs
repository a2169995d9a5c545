using System.Formats.Tar;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class TarDataSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Members_with_the_same_key_belong_together_and_shards_are_read_in_order()
    {
        WriteShard("train-1.tar", ("b/3.cls", "0"u8.ToArray()), ("b/3.png", Images.Png(3)));
        WriteShard("train-0.tar",
            ("1.PNG", Images.Png(1)), ("1.cls", "2\n"u8.ToArray()), ("1.json", "{}"u8.ToArray()),
            ("._1.png", [1]), ("2.png", Images.Png(2)), ("2.cls", "1"u8.ToArray()));
        WriteShard("other.tar", ("9.png", Images.Png(9)));
        using ImageDataSet set = DataSets.Open($"tar:{folder.Path}/train-?.tar");
        Assert.Equal([1, 2, 3], Images.NumbersOf(set));
        Assert.Equal([2, 1, 0], set.Labels);
        Assert.Equal(["0", "1", "2"], set.ClassNames);
        Assert.Equal(folder.PathOf("train-1.tar") + "/b/3.png", set.PathOf(2));
    }

    [Fact]
    public void Without_a_class_for_every_image_there_are_no_labels_and_the_first_unlabeled_image_is_named()
    {
        WriteShard(
            "a.tar",
            ("1.png", Images.Png(1)),
            ("1.cls", "0"u8.ToArray()),
            ("2.png", Images.Png(2)),
            ("3.png", Images.Png(3)));
        using ImageDataSet set = DataSets.Open($"tar:{folder.PathOf("a.tar")}");
        Assert.Null(set.Labels);
        Assert.Equal($"'{folder.PathOf("a.tar")}/2.png' has no .cls (2 of 3 images)", set.NoLabelsReason);

        WriteShard("b.tar", ("1.png", Images.Png(1)));
        Assert.Null(DataSets.Open($"tar:{folder.PathOf("b.tar")}").NoLabelsReason);
    }

    [Fact]
    public void A_link_to_a_member_of_the_shard_is_read_as_that_member()
    {
        WriteEntries("a.tar", Plain("./1.png", Images.Png(1)), Plain("./1.cls", "0"u8.ToArray()),
            Link(TarEntryType.HardLink, "./2.png", "./1.png"), Link(TarEntryType.HardLink, "./2.cls", "3.cls"),
            Plain("3.png", Images.Png(3)), Plain("3.cls", "2"u8.ToArray()),
            Link(TarEntryType.SymbolicLink, "a/b/4.png", "../../c/./4.png"),
            Link(TarEntryType.SymbolicLink, "a/b/4.cls", "../../1.cls"),
            Link(TarEntryType.SymbolicLink, "5.png", "6.png"), Link(TarEntryType.SymbolicLink, "5.cls", "1.cls"),
            Link(TarEntryType.SymbolicLink, "6.png", ".store/6"), Link(TarEntryType.HardLink, "6.cls", "1.cls"),
            Plain("c/4.png", Images.Png(4)), Plain("c/4.cls", "1"u8.ToArray()), Plain(".store/6", Images.Png(6)));
        using ImageDataSet set = DataSets.Open($"tar:{folder.PathOf("a.tar")}");
        Assert.Equal([1, 1, 3, 4, 6, 6, 4], Images.NumbersOf(set));
        Assert.Equal([0, 2, 2, 0, 0, 0, 1], set.Labels);
        Assert.Equal(folder.PathOf("a.tar") + "/./2.png", set.PathOf(1));
        Assert.Empty(set.Omissions.SpecialFiles);
    }

    [Fact]
    public void A_hard_link_refers_to_the_preceding_member_of_that_name()
    {
        WriteEntries("a.tar",
            Plain("1.png", Images.Png(1)), Link(TarEntryType.HardLink, "2.png", "1.png"), Plain("1.png", Images.Png(7)),
            Link(TarEntryType.HardLink, "3.png", "1.png"));
        Assert.Equal([1, 1, 7, 7], Images.NumbersOf(DataSets.Open($"tar:{folder.PathOf("a.tar")}")));
    }

    [Fact]
    public void Links_to_members_outside_the_shard_are_left_out_and_named()
    {
        WriteEntries("a.tar",
            Plain("1.png", Images.Png(1)), Link(TarEntryType.SymbolicLink, "1.cls", "../labels/1.cls"),
            Plain("2.png", Images.Png(2)), Plain("2.cls", "0"u8.ToArray()),
            Link(TarEntryType.SymbolicLink, "3.png", "../1.png"), Link(TarEntryType.SymbolicLink, "4.png", "/1.png"),
            Link(TarEntryType.HardLink, "5.png", "6.png"), Link(TarEntryType.HardLink, "6.png", "5.png"),
            Link(TarEntryType.SymbolicLink, "7.png", "7.png"));
        using ImageDataSet set = DataSets.Open($"tar:{folder.PathOf("a.tar")}");
        Assert.Equal([1, 2], Images.NumbersOf(set));
        Assert.Equal(
            $"'{folder.PathOf("a.tar")}/1.png' has no .cls (1 of 2 images; "
                + "1 .cls are links to files that the shards do not contain: pack with 'tar -h')",
            set.NoLabelsReason);
        Assert.Equal(
            ["3", "4", "5", "6", "7"],
            set.Omissions.SpecialFiles.Select(left => Path.GetFileNameWithoutExtension(left.Path)));
        Assert.Equal(
            "5 members are links to files that the shard does not contain (this one to '/1.png'); pack with 'tar -h'",
            set.Omissions.SpecialFiles[1].Reason);

        WriteEntries("none.tar", Link(TarEntryType.SymbolicLink, "1.png", "../1.png"), Link(
            TarEntryType.SymbolicLink, "2.png", "../2.png"));
        AssertError("none.tar", "2 members are links to files that the shards do not contain: pack with 'tar -h'");
    }

    [Fact]
    public void A_class_whose_image_is_missing_is_named()
    {
        byte[] label = "0"u8.ToArray();
        WriteShard(
            "a.tar", ("1.png", Images.Png(1)), ("1.cls", label), ("2.cls", label), ("3.heic", [1]), ("3.cls", label));
        WriteShard("b.tar", ("b/4.x.cls", label), ("._5.cls", label), ("2.png", Images.Png(2)), ("2.cls", label));
        using ImageDataSet set = DataSets.Open($"tar:{folder.Path}/?.tar");
        Assert.Equal([0, 0], set.Labels);
        Assert.Equal(
            [folder.PathOf("a.tar/2.cls"), folder.PathOf("b.tar/b/4.x.cls")],
            set.Omissions.SpecialFiles.Select(left => left.Path));
        Assert.All(set.Omissions.SpecialFiles, left => Assert.StartsWith(
            "2 .cls members have no image with the same key in the shard;", left.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Images_of_unsupported_formats_are_counted()
    {
        WriteShard(
            "a.tar", ("1.png", Images.Png(1)), ("2.HEIC", [1]), ("3.tif", [1]), (".4.tif", [1]), ("5.json", [1]));
        WriteShard("b.tar", ("6.heic", [1]));
        using ImageDataSet set = DataSets.Open($"tar:{folder.Path}/?.tar");
        Assert.Equal("2 .heic, 1 .tif", set.Omissions.UnsupportedFormatsText());
        AssertError("b.tar", "Skipped 1 .heic, which are not supported");
    }

    [Theory]
    [InlineData("GNU.sparse.major")]
    [InlineData("GNU.sparse.map")]
    public void A_sparse_member_is_refused_with_the_remedy(string record)
    {
        var sparse = new PaxTarEntry(
            TarEntryType.RegularFile,
            "GNUSparseFile.0/1.png",
            new Dictionary<string, string> { [record] = "1", ["GNU.sparse.name"] = "1.png" })
        {
            DataStream = new MemoryStream(Images.Png(1)),
        };
        WriteEntries("pax.tar", Plain("0.png", Images.Png(1)), sparse);
        AssertError(
            "pax.tar",
            "pax.tar cannot be read as a plain tar file: 1.png is a sparse member, which is not "
                + "supported; run tar again without -S");

        WriteShard("gnu.tar", TarEntryFormat.Gnu, ("1.png", Images.Png(1)));
        byte[] gnu = File.ReadAllBytes(folder.PathOf("gnu.tar"));
        gnu[156] = (byte)'S';
        TarBytes.Seal(gnu);
        folder.Write("gnu.tar", gnu);
        AssertError("gnu.tar", "1.png is a sparse member");
    }

    [Theory]
    [InlineData("a.tar.xz", "/Td6WFoA", "xz", "unxz")]
    [InlineData("a.tar.bz2", "QlpoOTFBWSZTWQ==", "bzip2", "bunzip2")]
    [InlineData("a.tar", "KLUv/QRYAQAA", "zstd", "unzstd")]
    [InlineData("a.tar.lz4", "BCJNGGRApw==", "lz4", "unlz4")]
    [InlineData("a.tar", "H4sIAAAAAAAA", "gzip", "gunzip")]
    [InlineData("a.tar.lzma", "XQAAgAD/", "lzma", "unlzma")]
    [InlineData("a.TAR.BR", "oQAA", "brotli", "brotli -d")]
    [InlineData("a.tar.zst", "", "zstd", "unzstd")]
    public void The_error_for_a_compressed_shard_names_the_tool_to_unpack_it(
        string name, string start, string kind, string tool)
    {
        folder.Write(name, [.. Convert.FromBase64String(start), .. new byte[600].Select((_, i) => (byte)(i * 7))]);
        AssertError(
            name, $"it is compressed ({kind}), and a compressed shard cannot be read by offset; unpack it with {tool}");
    }

    [Fact]
    public void A_plain_shard_is_read_whatever_the_names_of_it_and_its_first_member()
    {
        WriteShard("a.tar.xz", ("BZh1.png", Images.Png(1)));
        WriteShard("b.tar.xz", ("PK\u0003\u0004.png", Images.Png(2)));
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open($"tar:{folder.Path}/*.xz")));
    }

    [Fact]
    public void Long_names_of_each_tar_dialect_are_read()
    {
        string name = string.Concat(Enumerable.Repeat("long/", 40)) + "1.png";
        WriteShard("pax.tar", TarEntryFormat.Pax, (name, Images.Png(1)));
        WriteShard("gnu.tar", TarEntryFormat.Gnu, (name, Images.Png(2)));
        using ImageDataSet set = DataSets.Open($"tar:{folder.Path}/*.tar");
        Assert.Equal([2, 1], Images.NumbersOf(set));
        Assert.EndsWith(name, set.PathOf(0), StringComparison.Ordinal);
    }

    [Fact]
    public void Patterns_may_occur_in_any_part_of_the_path()
    {
        WriteShard("x1/a.tar", ("1.png", Images.Png(1)));
        WriteShard("x2/a.tar", ("2.png", Images.Png(2)));
        WriteShard("y/a.tar", ("3.png", Images.Png(3)));
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open($"tar:{folder.Path}/x*/a.t?r")));
    }

    [Fact]
    public void A_broken_member_is_unreadable_and_the_others_are_read()
    {
        WriteShard("a.tar", ("1.png", [1, 2, 3]), ("2.png", Images.Png(2)));
        using ImageDataSet set = DataSets.Open($"tar:{folder.PathOf("a.tar")}");
        Assert.EndsWith(
            "a.tar/1.png", Assert.Throws<UnreadableImageException>(() => set.Read(0)).Path, StringComparison.Ordinal);
        Assert.Equal(2, Images.NumberOf(set.Read(1)));
    }

    [Fact]
    public void The_fingerprint_counts_pixels_names_and_classes_where_the_sizes_are_equal()
    {
        (string, byte[])[] members = [("1.png", Images.Png(1)), ("1.cls", "0"u8.ToArray())];
        string[] fingerprints =
        [
            FingerprintOf(members),
            FingerprintOf(("1.png", Images.Png(2)), members[1]),
            FingerprintOf(members[0], ("1.cls", "1"u8.ToArray())),
            FingerprintOf(("2.png", Images.Png(1)), ("2.cls", "0"u8.ToArray())),
        ];
        Assert.Equal(4, fingerprints.Distinct().Count());
        Assert.Equal(fingerprints[0], FingerprintOf(members));

        string FingerprintOf(params (string, byte[])[] content)
        {
            WriteShard("a.tar", content);
            Assert.Equal(3072, new FileInfo(folder.PathOf("a.tar")).Length);
            return DataSets.Open($"tar:{folder.PathOf("a.tar")}").Fingerprint;
        }
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void A_shard_cut_off_between_two_members_or_without_its_end_is_refused(TarEntryFormat format)
    {
        WriteShard("whole.tar", format, ("1.png", Images.Png(1)), ("2.png", Images.Png(2)));
        byte[] whole = File.ReadAllBytes(folder.PathOf("whole.tar"));
        int zeros = (whole.Length - 1 - Array.FindLastIndex(whole, value => value != 0)) / 512 * 512;
        int end = whole.Length - zeros;
        folder.Write("cut.tar", whole[..end]);
        AssertError("cut.tar", "it is cut off after 2.png");
        folder.Write("cut.tar", whole[..(end / 2)]);
        AssertError("cut.tar", "it is cut off after 1.png");
        folder.Write("cut.tar", whole[..(end + 512)]);
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open($"tar:{folder.PathOf("cut.tar")}")));
    }

    [Fact]
    public void Folders_and_empty_members_in_a_shard_are_accepted()
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(
                new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "x" }));
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "a/1.png") { DataStream = new MemoryStream(Images.Png(1)) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/empty.txt"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "b"));
        }

        folder.Write("a.tar", bytes.ToArray());
        Assert.Equal([1], Images.NumbersOf(DataSets.Open($"tar:{folder.PathOf("a.tar")}")));
    }

    [Fact]
    public void Shards_that_cannot_be_used_are_named_with_the_reason()
    {
        AssertError("none-*.tar", "no file matches");
        folder.Write("packed.tar", [0x1f, 0x8b, 8, 0]);
        AssertError("packed.tar", "it is compressed (gzip)");
        folder.Write("text.tar", new string('x', 2000));
        AssertError("text.tar", "text.tar cannot be read as a plain tar file");
        WriteShard("empty.tar", ("readme.txt", [1]));
        AssertError("empty.tar", "no image in 1 shard(s)");
        WriteShard("word.tar", ("1.cls", "cat"u8.ToArray()));
        AssertError("word.tar", "1.cls holds 'cat', expected the number of a class");
        WriteShard("twice.tar", ("1.a.cls", "1"u8.ToArray()), ("1.b.cls", "1"u8.ToArray()));
        AssertError("twice.tar", "two .cls members have the key '1'");
        WriteShard("cut.tar", ("1.png", Images.Png(1)), ("2.png", new byte[4000]));
        folder.Write("cut.tar", File.ReadAllBytes(folder.PathOf("cut.tar"))[..3000]);
        AssertError("cut.tar", "cut.tar cannot be read as a plain tar file");
    }

    private void AssertError(string pattern, string expected)
    {
        var error = Assert.Throws<DataException>(() => DataSets.Open($"tar:{folder.PathOf(pattern)}"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private void WriteShard(string name, params (string Name, byte[] Data)[] members)
        => WriteShard(name, TarEntryFormat.Ustar, members);

    private static PaxTarEntry Plain(string name, byte[] content)
        => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    private static PaxTarEntry Link(TarEntryType type, string name, string target)
        => new(type, name) { LinkName = target };

    private void WriteEntries(string name, params PaxTarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            foreach (PaxTarEntry entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        folder.Write(name, bytes.ToArray());
    }

    private void WriteShard(string name, TarEntryFormat format, params (string Name, byte[] Data)[] members)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            foreach ((string member, byte[] data) in members)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, member),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, member),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, member),
                };
                entry.DataStream = new MemoryStream(data);
                tar.WriteEntry(entry);
            }
        }

        folder.Write(name, bytes.ToArray());
    }
}
