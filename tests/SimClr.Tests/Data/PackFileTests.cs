using System.Buffers.Binary;
using System.Security.Cryptography;
using SimClr.Data;
using SimClr.Tests.Augmentation;

namespace SimClr.Tests.Data;

public sealed class PackFileTests : IDisposable
{
    private static readonly DataOptions Lenient = new() { MaxSkipped = 0.5, Workers = 3 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_packed_set_has_the_content_of_the_set()
    {
        using ImageDataSet source = Folder();
        using ImageDataSet packed = Packed(source);
        Assert.Equal(source.Count, packed.Count);
        Assert.Equal(source.Labels, packed.Labels);
        Assert.Equal(["cats", "dogs"], packed.ClassNames);
        Assert.Equal(source.Fingerprint, packed.Fingerprint);
        Assert.Equal(folder.PathOf("set.pack"), packed.Name);
        Assert.Equal($"{folder.PathOf("set.pack")}/cats/1.png", packed.PathOf(0));
        for (int i = 0; i < source.Count; i++)
        {
            AssertSame(source.Read(i), packed.Read(i));
        }
    }

    [Fact]
    public void A_set_without_labels_has_none_when_packed()
    {
        using var source = new InMemoryDataSet([Images.Of(1), Images.Of(2)]);
        using ImageDataSet packed = Packed(source);
        Assert.Null(packed.Labels);
        Assert.Null(packed.ClassNames);
        Assert.Equal([1, 2], Images.NumbersOf(packed));
    }

    [Fact]
    public void An_invalid_class_mark_is_damage()
    {
        static PackIndex Index(sbyte mark) => PackIndex.Parse(new PackIndex
        {
            Fingerprint = "f",
            ClassNames = ["a", "b"],
            MultiLabels = [[1, mark]],
            Entries = [new PackEntry(1, 1, -1, "x.png")],
        }.ToBytes());

        Assert.Equal([1, -1], Index(-1).MultiLabels![0]);
        Assert.Throws<FormatException>(() => Index(5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Images_with_several_classes_keep_them(bool reduced)
    {
        ColoredVoc.Write(folder);
        using ImageDataSet voc = DataSets.Open($"voc2007:{folder.Path}:train");
        using ImageDataSet source = reduced ? new SimClr.Augmentation.ResizedDataSet(voc, 5) : voc;
        using ImageDataSet packed = Packed(source.Subset([7, 0, 3]));
        Assert.Null(packed.Labels);
        Assert.Equal(Voc2007.Names, packed.ClassNames);
        Assert.Equal([voc.MultiLabels![7], voc.MultiLabels[0], voc.MultiLabels[3]], packed.MultiLabels);
        Write(packed, "again.pack");
        using ImageDataSet again = DataSets.Open(folder.PathOf("again.pack"));
        Assert.Equal(packed.MultiLabels, again.MultiLabels);
    }

    [Fact]
    public void Packing_a_packed_set_gives_the_same_bytes()
    {
        using ImageDataSet source = Folder();
        using ImageDataSet packed = Packed(source);
        Write(packed, "again.pack");
        Assert.Equal(File.ReadAllBytes(folder.PathOf("set.pack")), File.ReadAllBytes(folder.PathOf("again.pack")));
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_threads()
    {
        using var source = new InMemoryDataSet(
            Enumerable.Range(0, 50).Select(i => RandomImages.Noise(3 + i, 60 - i, i)));
        Write(source, "one.pack", Lenient with { Workers = 1 });
        Write(source, "four.pack", Lenient with { Workers = 4 });
        Assert.Equal(File.ReadAllBytes(folder.PathOf("one.pack")), File.ReadAllBytes(folder.PathOf("four.pack")));
    }

    [Fact]
    public void Unreadable_images_are_left_out_and_the_rest_is_the_set_of_the_others()
    {
        using var source = Images.Set(10, 0, 4, 9);
        var skipped = new SkippedImages(source, Lenient);
        Assert.Equal(7, PackFile.Write(source, folder.PathOf("set.pack"), Lenient, skipped));
        Assert.Equal(3, skipped.Count);
        using ImageDataSet packed = DataSets.Open(folder.PathOf("set.pack"));
        ImageDataSet others = source.Subset([1, 2, 3, 5, 6, 7, 8]);
        Assert.Equal(Images.NumbersOf(others), Images.NumbersOf(packed));
        Assert.Equal(others.Labels, packed.Labels);
        Assert.Equal(others.Fingerprint, packed.Fingerprint);
    }

    [Fact]
    public void Too_many_unreadable_images_or_no_readable_one_leave_no_file()
    {
        using var source = Images.Set(10, 0, 1, 2, 3, 4, 5);
        Assert.Throws<DataException>(() => Write(source, "set.pack"));
        using var none = Images.Set(2, 0, 1);
        var error = Assert.Throws<DataException>(() => Write(none, "set.pack", new DataOptions { MaxSkipped = 1 }));
        Assert.Contains("none of 2 images can be read", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_stop_leaves_the_existing_file()
    {
        folder.Write("set.pack", "before");
        using var source = Images.Set(100);
        using var stop = new CancellationTokenSource();
        var progress = new Stopper(stop);
        Assert.ThrowsAny<OperationCanceledException>(() => PackFile.Write(
            source, folder.PathOf("set.pack"), Lenient, new SkippedImages(source), progress, stop.Token));
        Assert.True(progress.Last < 100);
        Assert.Equal("before", File.ReadAllText(folder.PathOf("set.pack")));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void No_more_than_a_few_images_per_thread_are_in_memory()
    {
        using var source = new CountingDataSet(40);
        using var stream = new WatchingStream(() => source.Alive());
        PackFile.Write(
            source, stream, new DataOptions { Workers = 2 }, new SkippedImages(source), null, CancellationToken.None);
        Assert.InRange(stream.Most, 1, 16);
    }

    [Fact]
    public void The_cache_leaves_a_packed_set_and_its_parts_alone()
    {
        using ImageDataSet source = Folder();
        using ImageDataSet packed = Packed(source);
        DataOptions always = Lenient with { Cache = DataCache.Always };
        Assert.Same(packed, ImageCache.Load(packed, always, new SkippedImages(packed)));
        ImageDataSet part = packed.Subset([1, 0]);
        Assert.Same(part, ImageCache.Load(part, always, new SkippedImages(part)));
    }

    [Fact]
    public void A_recycled_image_gives_its_memory_to_the_next_and_not_its_pixels()
    {
        using var source = new InMemoryDataSet(Enumerable.Range(0, 6).Select(i => RandomImages.Noise(20 + i, 20, i)));
        using ImageDataSet packed = Packed(source);
        for (int i = 0; i < source.Count; i++)
        {
            RgbImage image = packed.Read(i);
            AssertSame(source.Read(i), image);
            packed.Recycle(i, image);
        }
    }

    [Fact]
    public void A_closed_set_reads_no_more_and_images_already_read_stay_valid()
    {
        using ImageDataSet source = Folder();
        ImageDataSet packed = Packed(source);
        RgbImage image = packed.Read(0);
        packed.Dispose();
        packed.Dispose();
        AssertSame(source.Read(0), image);
        Assert.Throws<ObjectDisposedException>(() => packed.Read(0));
    }

    [Fact]
    public void A_file_that_becomes_shorter_while_it_is_read_ends_the_reading_with_an_error()
    {
        using var source = new InMemoryDataSet(Enumerable.Range(0, 8).Select(i => RandomImages.Noise(100, 100, i)));
        using ImageDataSet packed = Packed(source);
        AssertSame(source.Read(7), packed.Read(7));
        using (var other = new FileStream(
            folder.PathOf("set.pack"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(64 + (3 * 30_000) + 5);
        }

        AssertSame(source.Read(2), packed.Read(2));
        var error = Assert.Throws<DataException>(() => packed.Read(3));
        Assert.Contains(
            "set.pack became shorter while it was read: it ends at 90069 bytes, expected 120064",
            error.Message,
            StringComparison.Ordinal);

        // The damage does not count as a skipped image, whatever the limit on skipped images.
        DataOptions options = Lenient with { MaxSkipped = 1 };
        var loader = new BatchLoader(
            packed, 1, (_, _, _) => { }, new SkippedImages(packed, options), workers: 2, substituteUnreadable: true);
        Assert.Throws<DataException>(() => loader.Load([new BatchPlan(0, [0, 1, 2, 3])]).Count());
    }

    [Fact]
    public void A_link_to_a_packed_file_is_the_packed_file()
    {
        using ImageDataSet source = Folder();
        Write(source, "set.pack");
        File.CreateSymbolicLink(folder.PathOf("l"), "set.pack");
        using ImageDataSet packed = DataSets.Open(folder.PathOf("l"));
        Assert.Equal(source.Count, packed.Count);
    }

    [Fact]
    public void A_packed_file_is_known_by_its_first_bytes_under_any_name()
    {
        using ImageDataSet source = Folder();
        Write(source, "set.pack");
        File.Move(folder.PathOf("set.pack"), folder.PathOf("renamed.dat"));
        using ImageDataSet packed = DataSets.Open(folder.PathOf("renamed.dat"));
        Assert.Equal(source.Count, packed.Count);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        byte[] whole = Bytes();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Contains("cannot be used as a packed file", Refused(whole[..length]), StringComparison.Ordinal);
        }

        Assert.Contains("expected", Refused([.. whole, 0]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_in_header_or_index_is_noticed()
    {
        byte[] whole = Bytes();
        int index = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(16));
        int[] places =
        [
            .. Enumerable.Range(0, 12),
            .. Enumerable.Range(16, 48),
            .. Enumerable.Range(index, whole.Length - index),
        ];
        foreach (int place in places)
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 0x10;
            Refused(damaged);
        }
    }

    [Theory]
    [InlineData(
        "another kind of file, longer than the header of a packed one, which has 64 bytes",
        "this is not a packed file")]
    [InlineData("", "the file is empty")]
    [InlineData("short", "this is not a packed file")]
    public void Another_kind_of_file_named_pack_is_refused(string content, string reason)
        => Assert.Contains(reason, Refused(System.Text.Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void A_later_version_of_the_format_is_refused_and_named()
    {
        byte[] later = Bytes();
        later[8] = 2;
        Assert.Contains("got version 2 of the format, expected 1", Refused(later), StringComparison.Ordinal);
    }

    /// <summary>Files that only a faulty writer would make: the checksum is right.</summary>
    [Fact]
    public void An_index_that_contradicts_itself_or_the_pixels_is_refused()
    {
        PackEntry good = new(2, 1, 0, "a");
        PackEntry[][] wrong =
        [
            [], [good, good], [good with { Width = 3 }], [good with { Height = 0 }],
            [good with { Width = -2, Height = -1 }], [good with { Label = 1 }], [good with { Label = -1 }],
            [good with { Width = int.MaxValue, Height = int.MaxValue }],
            [.. Enumerable.Repeat(good with { Width = int.MaxValue, Height = int.MaxValue }, 3)],
        ];
        Assert.Equal(6, OpenedPixels([good], ["x"]));
        Assert.All(wrong, entries => Assert.Throws<DataException>(() => OpenedPixels(entries, ["x"])));
        Assert.Throws<DataException>(() => OpenedPixels([good], null));
        Assert.Throws<FormatException>(() => PackIndex.Parse([1, (byte)'f', 0xFF, 0xFF, 0xFF, 0x7F]));
    }

    private int OpenedPixels(PackEntry[] entries, string[]? classes)
    {
        byte[] index = new PackIndex { Fingerprint = "f", ClassNames = classes, Entries = entries }.ToBytes();
        byte[] header = new PackHeader(PackHeader.Length + 6, index.Length, SHA256.HashData(index)).ToBytes();
        folder.Write("made.pack", [.. header, 1, 2, 3, 4, 5, 6, .. index]);
        using ImageDataSet set = DataSets.Open(folder.PathOf("made.pack"));
        return set.Read(0).Pixels.Length;
    }

    private string Refused(byte[] content)
        => Assert.Throws<DataException>(() => DataSets.Open(folder.Write("bad.pack", content)).Dispose()).Message;

    private byte[] Bytes()
    {
        using var source = new InMemoryDataSet([Images.Of(1), Images.Of(2)], [0, 1], ["a", "b"]);
        Write(source, "set.pack");
        return File.ReadAllBytes(folder.PathOf("set.pack"));
    }

    private ImageDataSet Folder()
    {
        foreach (int i in Enumerable.Range(1, 6))
        {
            folder.Write($"set/{(i % 2 == 0 ? "dogs" : "cats")}/{i}.png", EncodedImages.Encode(
                10 + i,
                9,
                (x, y) => new SkiaSharp.SKColor((byte)(x * i), (byte)(y * i), (byte)i),
                SkiaSharp.SKEncodedImageFormat.Png));
        }

        return DataSets.Open(folder.PathOf("set"));
    }

    private ImageDataSet Packed(ImageDataSet source)
    {
        Write(source, "set.pack");
        return DataSets.Open(folder.PathOf("set.pack"));
    }

    private void Write(ImageDataSet source, string name, DataOptions? options = null)
        => PackFile.Write(
            source, folder.PathOf(name), options ?? Lenient, new SkippedImages(source, options ?? Lenient));

    private static void AssertSame(RgbImage expected, RgbImage actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.True(expected.Pixels.SequenceEqual(actual.Pixels));
    }

    private sealed class Stopper(CancellationTokenSource source) : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int value)
        {
            Last = value;
            source.Cancel();
        }
    }

    /// <summary>Images that are counted as long as they are referenced.</summary>
    private sealed class CountingDataSet(int count) : ImageDataSet
    {
        private readonly WeakReference[] images = new WeakReference[count];

        public override string Name => "counting";

        public override int Count => count;

        public override string Fingerprint => "c0";

        public override string PathOf(int index) => $"image{index}";

        public override RgbImage Read(int index)
        {
            RgbImage image = Images.Of(index);
            images[index] = new WeakReference(image);
            return image;
        }

        public int Alive()
        {
            GC.Collect();
            return images.Count(image => image?.IsAlive == true);
        }
    }

    private sealed class WatchingStream(Func<int> watch) : MemoryStream
    {
        public int Most { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Most = Math.Max(Most, watch());
            base.Write(buffer);
        }
    }
}
