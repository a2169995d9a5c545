using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class SetOverlapTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SetOverlapTests()
    {
        for (int i = 0; i < 6; i++)
        {
            folder.Write($"train/{i}.png", Picture(i));
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_set_shares_all_images_with_itself() => Assert.Equal(6, Count("train", "train"));

    [Fact]
    public void Files_of_the_same_content_are_shared_and_others_of_the_same_length_are_not()
    {
        folder.Write("test/a.png", Picture(0));
        folder.Write("test/b.png", Picture(5));
        folder.Write("test/c.png", Changed(Picture(3)));
        folder.Write("test/d.png", Picture(77));

        Assert.Equal(2, Count("test", "train"));
        Assert.Equal(2, Count("train", "test"));
    }

    [Fact]
    public void Links_lead_to_the_same_image()
    {
        Directory.CreateSymbolicLink(folder.PathOf("linked"), folder.PathOf("train"));
        folder.Write("test/own.png", Picture(77));
        File.CreateSymbolicLink(folder.PathOf("test/link.png"), folder.PathOf("train/2.png"));

        Assert.Equal(6, Count("linked", "train"));
        Assert.Equal(1, Count("test", "train"));
    }

    [Fact]
    public void Images_without_a_separate_file_are_compared_by_their_pixels()
    {
        using ImageDataSet files = Open("train");
        using var memory = new InMemoryDataSet([files.Read(1), files.Read(4), new RgbImage(1, 1, [1, 2, 3])]);

        Assert.Equal(2, new SetOverlap().Count(memory, files).Count);
        Assert.Equal(2, new SetOverlap().Count(files, memory).Count);
    }

    [Fact]
    public void Members_of_shards_are_compared_only_by_their_bytes()
    {
        folder.Write(
            "a.tar",
            [
                .. TarBytes.Member("1.png", '0', Picture(1)),
                .. TarBytes.Member("x.png", '0', Changed(Picture(3))),
                .. new byte[1024],
            ]);
        folder.Write(
            "b.tar",
            [
                .. TarBytes.Member("7.png", '0', Picture(77)),
                .. TarBytes.Member("y.png", '0', Picture(1)),
                .. new byte[1024],
            ]);
        using ImageDataSet one = DataSets.Open($"tar:{folder.PathOf("a.tar")}");
        using ImageDataSet other = DataSets.Open($"tar:{folder.PathOf("b.tar")}");
        using ImageDataSet files = Open("train");
        var counted = new CountedReads(one.Subset([1, 0]));
        Assert.Equal(1, new SetOverlap().Count(counted, other).Count);
        Assert.Equal(1, counted.Reads);   // Checks whether the shared image is readable.
        Assert.Equal(1, new SetOverlap().Count(one, files).Count);
        Assert.Equal(1, new SetOverlap().Count(files, one).Count);
    }

    [Fact]
    public void All_pixels_of_large_sets_that_need_no_decoding_are_compared()
    {
        const int many = 5000;   // More than one block.
        using var train = new InMemoryDataSet(Enumerable.Range(0, many).Select(Pixel), name: "train");
        using var test = new InMemoryDataSet(
            [Pixel(many - 1), Pixel(0), Pixel(many), new RgbImage(1, 2, [5, 0, 0, 1, 2, 3])], name: "test");
        SharedImages found = new SetOverlap { MaxDecoded = 0, MaxDecodedBytes = 0 }.Count(test, train);
        Assert.Equal(2, found.Count);
        Assert.Empty(found.NotCompared);
    }

    [Fact]
    public void Packed_files_are_compared_with_each_other_and_with_folders()
    {
        folder.Write("test/b.png", Picture(5));
        folder.Write("test/d.png", Picture(77));
        using ImageDataSet files = Open("train");
        using ImageDataSet tests = Open("test");
        using ImageDataSet train = Packed(files, "train.pack");
        using ImageDataSet test = Packed(tests, "test.pack");
        Assert.Equal(1, new SetOverlap().Count(test, train).Count);
        Assert.Equal(1, new SetOverlap().Count(test, files).Count);
        Assert.Equal(1, new SetOverlap().Count(tests, train).Count);
    }

    [Fact]
    public void Images_that_are_not_compared_are_counted()
    {
        using ImageDataSet files = Open("train");
        using var memory = new InMemoryDataSet([files.Read(1), files.Read(4)], name: "memory");
        SharedImages found = new SetOverlap { MaxDecoded = 2, MaxDecodedBytes = 0 }.Count(memory, files);
        Assert.Equal(1, found.Count);
        Assert.Equal(
            $"4 of 6 images of {files.Name} were not compared with those of memory",
            $"{Assert.Single(found.NotCompared)}".Split(',')[0]);
        Assert.Equal((1, 4), new SetOverlap { MaxDecoded = 2, MaxDecodedBytes = 0 }
            .Count(files, memory) is var back ? (back.Count, Assert.Single(back.NotCompared).Count) : default);

        Assert.Empty(new SetOverlap { MaxDecoded = 2 }.Count(memory, files).NotCompared);   // They are small.

        using var same = new InMemoryDataSet([files.Read(4)], name: "same");
        found = new SetOverlap { MaxRawBytes = 0 }.Count(same, memory);
        Assert.Equal((0, 2), (found.Count, found.NotCompared.Count));

        folder.Write("test/a.png", Picture(0));
        folder.Write("test/b.png", Changed(Picture(3)));
        using ImageDataSet tests = Open("test");
        found = new SetOverlap { MaxBytes = 100 }.Count(tests, files);
        Assert.Equal((0, 2), (found.Count, Assert.Single(found.NotCompared).Count));
        Assert.Same(tests, found.NotCompared[0].Set);
    }

    [Fact]
    public void Unreadable_images_are_in_neither_set()
    {
        byte[] cut = Picture(3)[..^30];
        foreach (string set in new[] { "train", "test" })
        {
            folder.Write($"{set}/broken.png", "not an image");
            folder.Write($"{set}/cut.png", cut);
            folder.Write($"{set}/empty.png", "");
        }

        folder.Write("test/1.png", Picture(1));
        using ImageDataSet files = Open("train");
        using var memory = new InMemoryDataSet([files.Read(1)]);

        Assert.Equal(1, Count("test", "train"));
        Assert.Equal(6, Count("train", "train"));
        Assert.Equal(1, new SetOverlap().Count(files, memory).Count);
    }

    [Fact]
    public void An_impossible_path_is_an_unreadable_image()
    {
        folder.Write("list.csv", "path\ntrain/a\0b.png\ntrain/2.png\n");

        Assert.Equal(1, Count("list.csv", "train"));
        Assert.Equal(1, Count("list.csv", "list.csv"));
        var error = Assert.Throws<DataException>(() => DataSets.Open("cifar10:a\0b"));
        Assert.Equal(
            "'cifar10:a\u2400b': the path contains a NUL character, which no file name can contain; use another path",
            error.Message);
    }

    [Fact]
    public void Nothing_is_decoded_if_nothing_is_shared_or_files_suffice()
    {
        folder.Write("test/d.png", Picture(77));
        folder.Write("test/empty.png", "");
        using ImageDataSet files = Open("train");
        using ImageDataSet tests = Open("test");
        var counted = new CountedReads(tests);
        Assert.Equal(0, new SetOverlap().Count(counted, files).Count);
        Assert.Equal(0, counted.Reads);
    }

    [Fact]
    public void Each_image_is_decoded_once_however_many_sets_are_compared()
    {
        using ImageDataSet files = Open("train");
        using var memory = new InMemoryDataSet([files.Read(1), files.Read(4)]);
        using var other = new InMemoryDataSet([files.Read(5)]);
        var train = new CountedReads(files);
        var overlap = new SetOverlap();
        Assert.Equal((2, 1), (overlap.Count(memory, train).Count, overlap.Count(other, train).Count));
        Assert.Equal(6, train.Reads);
    }

    [Fact]
    public void It_stops_between_two_images_when_it_is_cancelled()
    {
        FlawedDataSet one = Images.Set(500);
        FlawedDataSet other = Images.Set(1000);
        using var stop = new CancellationTokenSource();
        var stopping = new StopsAtDecoding(stop);
        Assert.Throws<OperationCanceledException>(() => new SetOverlap(stopping, stop.Token).Count(one, other));
        Assert.InRange(one.Reads + other.Reads, 1, 300);
    }

    [Fact]
    public void Progress_reports_each_stage_to_its_end()
    {
        folder.Write("test/b.png", Picture(5));
        var seen = new List<OverlapProgress>();
        using ImageDataSet first = Open("test");
        using ImageDataSet second = Open("train");
        _ = new SetOverlap(new Listed(seen)).Count(first, second);
        Assert.Equal(
            [
                "finding the files 1 of 1",
                "finding the files 6 of 6",
                "comparing files of the same length 7 of 7",
                "comparing pixels 1 of 1",
            ],
            seen.Where(at => at.Done == at.Total).Select(at => $"{at.Stage} {at.Done} of {at.Total}"));
    }

    private static byte[] Picture(int number) => EncodedImages.OfColor(
        new SkiaSharp.SKColor((byte)(40 * number), 9, 200), SkiaSharp.SKEncodedImageFormat.Png, 8, 8);

    private static byte[] Changed(byte[] file) => [.. file[..^1], (byte)(file[^1] ^ 1)];

    private static RgbImage Pixel(int number) => new(2, 1, [(byte)number, (byte)(number >> 8), 0, 1, 2, 3]);

    private PackDataSet Packed(ImageDataSet images, string name)
    {
        _ = PackFile.Write(images, folder.PathOf(name), new DataOptions { Workers = 1 }, new SkippedImages(images));
        return PackDataSet.Open(folder.PathOf(name));
    }

    private ImageDataSet Open(string name) => DataSets.Open(folder.PathOf(name));

    private int Count(string one, string other)
    {
        using ImageDataSet first = Open(one);
        using ImageDataSet second = Open(other);
        return new SetOverlap().Count(first, second).Count;
    }

    private sealed class CountedReads(ImageDataSet source) : DelegatingDataSet(source)
    {
        private int reads;

        public int Reads => reads;

        public override RgbImage Read(int index)
        {
            Interlocked.Increment(ref reads);
            return base.Read(index);
        }
    }

    private sealed class StopsAtDecoding(CancellationTokenSource stop) : IProgress<OverlapProgress>
    {
        public void Report(OverlapProgress value)
        {
            if (value is { Stage: "comparing pixels", Done: 10 })
            {
                stop.Cancel();
            }
        }
    }

    private sealed class Listed(List<OverlapProgress> seen) : IProgress<OverlapProgress>
    {
        public void Report(OverlapProgress value) => seen.Add(value);
    }
}
