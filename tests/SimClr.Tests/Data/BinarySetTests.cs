using System.Buffers.Binary;
using System.IO.Compression;
using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class BinarySetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Cifar10_reads_five_training_batches_in_order_from_the_folder_or_its_parent()
    {
        for (int batch = 1; batch <= 5; batch++)
        {
            WriteCifar($"cifar-10-batches-bin/data_batch_{batch}.bin", [(byte)(batch % 10)], [(byte)(batch + 4)]);
        }

        WriteCifar("cifar-10-batches-bin/test_batch.bin", [9], [3], [0]);
        foreach (string place in new[] { folder.Path, folder.PathOf("cifar-10-batches-bin") })
        {
            using ImageDataSet train = DataSets.Open($"cifar10:{place}");
            Assert.Equal([1, 5, 2, 6, 3, 7, 4, 8, 5, 9], train.Labels);
            Assert.Equal(["airplane", "automobile"], train.ClassNames!.Take(2));
            using ImageDataSet test = DataSets.Open($"cifar10:{place}:test");
            Assert.Equal([9, 3, 0], test.Labels);
            Assert.EndsWith("test_batch.bin#1", test.PathOf(1), StringComparison.Ordinal);
            AssertPlanar(test.Read(1), record: 1, side: 32);
            Assert.NotEqual(train.Fingerprint, test.Fingerprint);
        }
    }

    [Fact]
    public void Files_of_a_set_may_be_links()
    {
        WriteCifar("elsewhere/test_batch.bin", [9], [3], [0]);
        Directory.CreateDirectory(folder.PathOf("linked"));
        File.CreateSymbolicLink(folder.PathOf("linked/test_batch.bin"), folder.PathOf("elsewhere/test_batch.bin"));
        using ImageDataSet test = DataSets.Open($"cifar10:{folder.PathOf("linked")}:test");
        Assert.Equal([9, 3, 0], test.Labels);
    }

    [Fact]
    public void Cifar100_takes_the_fine_label_and_the_names_that_come_with_it()
    {
        WriteCifar("cifar-100-binary/train.bin", [19, 42], [3, 99]);
        using (ImageDataSet set = DataSets.Open($"cifar100:{folder.Path}:train"))
        {
            Assert.Equal([42, 99], set.Labels);
            Assert.Equal("42", set.ClassNames![42]);
            AssertPlanar(set.Read(1), record: 1, side: 32);
        }

        folder.Write(
            "cifar-100-binary/fine_label_names.txt",
            string.Join('\n', Enumerable.Range(0, 100).Select(i => $"n{i}")) + "\n\n");
        Assert.Equal("n42", DataSets.Open($"cifar100:{folder.Path}").ClassNames![42]);
    }

    [Fact]
    public void Cifar_may_also_be_class_folders()
    {
        folder.Write("train/cat/1.png", Images.Png(1));
        folder.Write("train/bird/2.png", Images.Png(2));
        folder.Write("test/bird/3.png", Images.Png(3));
        folder.Write("test/cat/4.png", Images.Png(4));
        using ImageDataSet train = DataSets.Open($"cifar10:{folder.Path}");
        Assert.Equal([2, 1], Images.NumbersOf(train));
        Assert.Equal(["bird", "cat"], train.ClassNames);
        Assert.Equal([3, 4], Images.NumbersOf(DataSets.Open($"cifar10:{folder.Path}:test")));
        Assert.Equal(2, DataSets.Open($"cifar100:{folder.Path}").Count);
    }

    [Fact]
    public void Stl10_planes_hold_columns_and_labels_count_from_1()
    {
        byte[] record = new byte[3 * 96 * 96];
        record[5] = 11;
        record[(96 * 96) + (7 * 96)] = 22;
        record[(2 * 96 * 96) + (95 * 96) + 94] = 33;
        folder.Write("stl10_binary/unlabeled_X.bin", [.. new byte[record.Length], .. record]);
        folder.Write("stl10_binary/train_X.bin", [.. record, .. record]);
        folder.Write("stl10_binary/train_y.bin", [1, 10]);
        using ImageDataSet unlabeled = DataSets.Open($"stl10:{folder.Path}");
        Assert.Null(unlabeled.Labels);
        Assert.Null(unlabeled.ClassNames);
        RgbImage image = unlabeled.Read(1);
        Assert.Equal(66, image.Pixels.ToArray().Sum(value => value));
        Assert.Equal(11, image.Pixels[3 * 5 * 96]);
        Assert.Equal(22, image.Pixels[(3 * 7) + 1]);
        Assert.Equal(33, image.Pixels[(3 * ((94 * 96) + 95)) + 2]);
        Assert.Equal([0, 9], DataSets.Open($"stl10:{folder.Path}:train").Labels);
        Assert.Throws<DataException>(() => DataSets.Open($"stl10:{folder.Path}:test"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public void Idx_files_are_read_plain_or_gzipped(string extension)
    {
        WriteIdx(
            $"train-images-idx3-ubyte{extension}", 0x803, [2, 2, 3], [.. Enumerable.Range(0, 12).Select(i => (byte)i)]);
        WriteIdx($"train-labels-idx1-ubyte{extension}", 0x801, [2], [9, 0]);
        using ImageDataSet set = DataSets.Open($"mnist:{folder.Path}");
        Assert.Equal(2, set.Count);
        Assert.Equal([9, 0], set.Labels);
        Assert.Equal("9", set.ClassNames![9]);
        RgbImage image = set.Read(1);
        Assert.Equal((3, 2), (image.Width, image.Height));
        Assert.Equal([6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11], image.Pixels.ToArray());
        Assert.Equal("Ankle boot", DataSets.Open($"fashion-mnist:{folder.Path}:train").ClassNames![9]);
    }

    [Fact]
    public void Fashion_mnist_test_is_found_where_torchvision_downloads_it()
    {
        WriteIdx("FashionMNIST/raw/t10k-images-idx3-ubyte", 0x803, [1, 1, 1], [200]);
        WriteIdx("FashionMNIST/raw/t10k-labels-idx1-ubyte", 0x801, [1], [3]);
        Assert.Equal([200], Images.NumbersOf(DataSets.Open($"fashion-mnist:{folder.Path}:test")));
    }

    [Fact]
    public void Wrong_magic_numbers_lengths_and_labels_are_refused_with_actual_and_expected_values()
    {
        AssertIdxError(0x801, [1, 1, 1], [5], [0], "magic number 0x00000801, expected 16 with 0x00000803");
        AssertIdxError(
            0x803, [2, 3, 4], new byte[23], [0, 0], "got 23 bytes after the header, expected 24 (2 × 3 × 4)");
        AssertIdxError(0x803, [1, 1, 1], [5, 6], [0], "got 2 bytes after the header, expected 1");
        AssertIdxError(0x803, [0, 28, 28], [], [], "got the dimensions 0 × 28 × 28");
        AssertIdxError(0x803, [int.MaxValue, int.MaxValue, 9], [], [0], "together at most");
        AssertIdxError(0x803, [2, 1, 1], [5, 6], [0], "got 1 labels, expected 2");
        AssertIdxError(0x803, [2, 1, 1], [5, 6], [0, 10], "#1: got class 10, expected 0 to 9");
        folder.Write("x/test_batch.bin", new byte[3074]);
        AssertError("cifar10:{x}:test", "got 3074 bytes, expected a multiple of 3073");
        folder.Write("x/test_batch.bin", []);
        AssertError("cifar10:{x}:test", "got 0 bytes");
        WriteCifar("x/test_batch.bin", [3], [200]);
        AssertError("cifar10:{x}:test", "test_batch.bin#1: got class 200, expected 0 to 9");
        folder.Write("x/test_X.bin", new byte[27648]);
        folder.Write("x/test_y.bin", [0]);
        AssertError("stl10:{x}:test", "got class -1, expected 0 to 9");
        folder.Write("x/test_y.bin", [1, 2]);
        AssertError("stl10:{x}:test", "got 2 labels, expected 1");
    }

    [Fact]
    public void A_truncated_or_invalid_gzip_file_is_named()
    {
        WriteIdx("x/train-labels-idx1-ubyte", 0x801, [1], [3]);
        folder.Write("x/train-images-idx3-ubyte.gz", "no gzip");
        AssertError("mnist:{x}", "train-images-idx3-ubyte.gz is not a complete gzip file");
    }

    [Fact]
    public void Missing_folders_and_files_are_named_with_the_expected_ones()
    {
        Directory.CreateDirectory(folder.PathOf("x"));
        AssertError("cifar10:{nowhere}", "no folder");
        AssertError("cifar10:{x}", "expected data_batch_1.bin (the binary version), or class folders in train");
        AssertError("cifar100:{x}:test", "expected test.bin");
        AssertError("stl10:{x}", "expected unlabeled_X.bin");
        AssertError("mnist:{x}:test", "expected t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz");
        WriteCifar("x/data_batch_1.bin", [1]);
        AssertError("cifar10:{x}", "no file " + folder.PathOf("x/data_batch_2.bin"));
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(16 + 11, 11)]
    public void The_fingerprint_of_idx_files_counts_every_pixel(int at, int pixel)
    {
        string labels = WriteLabels([1, 2]);
        WriteIdx("train-images-idx3-ubyte", 0x803, [2, 2, 3], new byte[12]);
        string before = Fingerprint("mnist");
        Change("train-images-idx3-ubyte", at);
        Assert.Equal(1, DataSets.Open($"mnist:{folder.Path}").Read(pixel / 6).Pixels[3 * (pixel % 6)]);
        string after = Fingerprint("mnist");
        Assert.NotEqual(before, after);
        Change(labels, 8);
        Assert.NotEqual(after, Fingerprint("mnist"));
        Assert.Equal(Fingerprint("mnist"), Fingerprint("mnist"));

        string WriteLabels(byte[] values)
        {
            WriteIdx("train-labels-idx1-ubyte", 0x801, [values.Length], values);
            return "train-labels-idx1-ubyte";
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((2 * 3073) - 1)]
    public void The_fingerprint_of_records_counts_labels_and_pixels(int at)
    {
        WriteCifar("test_batch.bin", [1], [2]);
        string before = Fingerprint("cifar10", ":test");
        Change("test_batch.bin", at);
        Assert.NotEqual(before, Fingerprint("cifar10", ":test"));
    }

    [Fact]
    public void The_fingerprint_of_many_records_reads_64_spread_over_them_and_all_labels()
    {
        WriteCifar("test_batch.bin", [.. Enumerable.Range(0, 640).Select(i => new[] { (byte)(i % 10) })]);
        string before = Fingerprint("cifar10", ":test");
        Change("test_batch.bin", (630 * 3073) + 5);
        string other = Fingerprint("cifar10", ":test");
        Assert.NotEqual(before, other);
        Change("test_batch.bin", 635 * 3073);
        Assert.NotEqual(other, Fingerprint("cifar10", ":test"));
    }

    [Fact]
    public void A_record_that_vanishes_while_reading_is_an_unreadable_image()
    {
        WriteCifar("test_batch.bin", [1], [2]);
        using ImageDataSet set = DataSets.Open($"cifar10:{folder.Path}:test");
        folder.Write("test_batch.bin", new byte[3073]);
        Assert.Equal(32, set.Read(0).Width);
        var error = Assert.Throws<UnreadableImageException>(() => set.Read(1));
        Assert.Contains("ends at 3073 bytes, expected 6146", error.Reason, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Read(2));
    }

    private string Fingerprint(string kind, string split = "")
    {
        using ImageDataSet set = DataSets.Open($"{kind}:{folder.Path}{split}");
        return set.Fingerprint;
    }

    private void Change(string file, int at)
    {
        byte[] bytes = File.ReadAllBytes(folder.PathOf(file));
        bytes[at] ^= 1;
        folder.Write(file, bytes);
    }

    [Fact]
    public void A_gzipped_idx_file_takes_no_more_memory_than_its_header_announces()
    {
        byte[] header = [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 28, 0, 0, 0, 28];
        byte[] bomb = Packed([.. header, .. new byte[60_000_000]]);
        byte[] lie = Packed([0, 0, 8, 3, 0, 3, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2, 3]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            "got more than 3920 bytes after the header, expected 3920", Refused(bomb), StringComparison.Ordinal);
        Assert.Contains(
            "the header announces 154140672 bytes (196608 × 28 × 28)", Refused(lie), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);

        static string Refused(byte[] file)
            => Assert.Throws<DataException>(() => IdxFile.Read(new MemoryStream(file), "images.gz", rank: 3)).Message;
    }

    private void AssertIdxError(int magic, int[] dimensions, byte[] values, byte[] labels, string expected)
    {
        WriteIdx("x/train-images-idx3-ubyte", magic, dimensions, values);
        WriteIdx("x/train-labels-idx1-ubyte", 0x801, [labels.Length], labels);
        if (labels.Length == 0)
        {
            WriteIdx("x/train-labels-idx1-ubyte", 0x801, [1], [0]);
        }

        AssertError("mnist:{x}", expected);
    }

    private void AssertError(string argument, string expected)
    {
        string typed = argument.Replace("{x}", folder.PathOf("x"), StringComparison.Ordinal)
            .Replace("{nowhere}", folder.PathOf("nowhere"), StringComparison.Ordinal);
        var error = Assert.Throws<DataException>(() => DataSets.Open(typed));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Record r has the value 50c + r + 2y + x at plane c, row y, column x.</summary>
    private void WriteCifar(string name, params byte[][] labels)
        => folder.Write(name, [.. labels.SelectMany((label, record) => label.Concat(Planes(record)))]);

    private static IEnumerable<byte> Planes(int record)
        => Enumerable.Range(0, 3 * 32 * 32).Select(i => Value(record, i / 1024, i / 32 % 32, i % 32));

    private static byte Value(int record, int channel, int y, int x) => (byte)((50 * channel) + record + (2 * y) + x);

    private static void AssertPlanar(RgbImage image, int record, int side)
    {
        Assert.Equal((side, side), (image.Width, image.Height));
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            Assert.Equal(Value(record, i % 3, i / 3 / side, i / 3 % side), image.Pixels[i]);
        }
    }

    private void WriteIdx(string name, int magic, int[] dimensions, byte[] values)
    {
        byte[] header = new byte[4 * (dimensions.Length + 1)];
        BinaryPrimitives.WriteInt32BigEndian(header, magic);
        for (int i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * (i + 1)), dimensions[i]);
        }

        byte[] plain = [.. header, .. values];
        folder.Write(name, name.EndsWith(".gz", StringComparison.Ordinal) ? Packed(plain) : plain);
    }

    private static byte[] Packed(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }
}
