using System.Formats.Tar;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class TarDataSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Members_of_one_key_belong_together_over_all_shards_in_order()
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
        Assert.Equal(folder.Of("train-1.tar") + "/b/3.png", set.PathOf(2));
    }

    [Fact]
    public void Without_a_class_for_every_image_there_are_no_labels()
    {
        WriteShard("a.tar", ("1.png", Images.Png(1)), ("1.cls", "0"u8.ToArray()), ("2.png", Images.Png(2)));
        Assert.Null(DataSets.Open($"tar:{folder.Of("a.tar")}").Labels);
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
    public void Patterns_may_stand_in_any_part_of_the_path()
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
        using ImageDataSet set = DataSets.Open($"tar:{folder.Of("a.tar")}");
        Assert.EndsWith("a.tar/1.png", Assert.Throws<UnreadableImageException>(() => set.Read(0)).Path, StringComparison.Ordinal);
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
            Assert.Equal(3072, new FileInfo(folder.Of("a.tar")).Length);
            return DataSets.Open($"tar:{folder.Of("a.tar")}").Fingerprint;
        }
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void A_shard_cut_off_between_two_members_or_without_its_end_is_refused(TarEntryFormat format)
    {
        WriteShard("whole.tar", format, ("1.png", Images.Png(1)), ("2.png", Images.Png(2)));
        byte[] whole = File.ReadAllBytes(folder.Of("whole.tar"));
        int zeros = (whole.Length - 1 - Array.FindLastIndex(whole, value => value != 0)) / 512 * 512;
        int end = whole.Length - zeros;
        folder.Write("cut.tar", whole[..end]);
        AssertError("cut.tar", "it is cut off after 2.png");
        folder.Write("cut.tar", whole[..(end / 2)]);
        AssertError("cut.tar", "it is cut off after 1.png");
        folder.Write("cut.tar", whole[..(end + 512)]);
        Assert.Equal([1, 2], Images.NumbersOf(DataSets.Open($"tar:{folder.Of("cut.tar")}")));
    }

    [Fact]
    public void Folders_and_empty_members_in_a_shard_are_no_reason_to_refuse_it()
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "x" }));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/1.png") { DataStream = new MemoryStream(Images.Png(1)) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/empty.txt"));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "b"));
        }

        folder.Write("a.tar", bytes.ToArray());
        Assert.Equal([1], Images.NumbersOf(DataSets.Open($"tar:{folder.Of("a.tar")}")));
    }

    [Fact]
    public void Shards_that_cannot_be_used_are_named_with_the_reason()
    {
        AssertError("none-*.tar", "no file matches");
        folder.Write("packed.tar", [0x1f, 0x8b, 8, 0]);
        AssertError("packed.tar", "it is gzipped");
        folder.Write("text.tar", new string('x', 2000));
        AssertError("text.tar", "text.tar cannot be read as a plain tar file");
        WriteShard("empty.tar", ("readme.txt", [1]));
        AssertError("empty.tar", "no image in 1 shard(s)");
        WriteShard("word.tar", ("1.cls", "cat"u8.ToArray()));
        AssertError("word.tar", "1.cls holds 'cat', expected the number of a class");
        WriteShard("twice.tar", ("1.a.cls", "1"u8.ToArray()), ("1.b.cls", "1"u8.ToArray()));
        AssertError("twice.tar", "two .cls members have the key '1'");
        WriteShard("cut.tar", ("1.png", Images.Png(1)), ("2.png", new byte[4000]));
        folder.Write("cut.tar", File.ReadAllBytes(folder.Of("cut.tar"))[..3000]);
        AssertError("cut.tar", "cut.tar cannot be read as a plain tar file");
    }

    private void AssertError(string pattern, string expected)
    {
        var error = Assert.Throws<DataException>(() => DataSets.Open($"tar:{folder.Of(pattern)}"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private void WriteShard(string name, params (string Name, byte[] Data)[] members)
        => WriteShard(name, TarEntryFormat.Ustar, members);

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
