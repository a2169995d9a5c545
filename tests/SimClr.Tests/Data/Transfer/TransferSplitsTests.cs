using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class TransferSplitsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SmallTransferSets sets;

    public TransferSplitsTests() => sets = new SmallTransferSets(folder);

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(SmallTransferSets.Names), MemberType = typeof(SmallTransferSets))]
    public void The_official_layout_is_read_below_the_folder_of_its_archive(string name)
    {
        TransferSet set = sets.Write(name);
        using TransferSplits splits = Open(set);

        int training = set.ValidationImages > 0 ? set.TrainImages : set.TrainImages - splits.Validation.Count;
        Assert.Equal((training, set.TestImages), (splits.Train.Count, splits.Test.Count));
        Assert.Equal(
            set.ValidationImages > 0 ? set.ValidationImages : set.TrainImages - training, splits.Validation.Count);
        Assert.False(splits.IsPartial);
        foreach (ImageDataSet part in new[] { splits.Train, splits.Validation, splits.Test })
        {
            Assert.Equal(set.Classes, part.ClassNames!.Count);
            Assert.Equal(splits.Train.ClassNames, part.ClassNames);
            Assert.All(Enumerable.Range(0, part.Count), i => AssertClass(part, i));
            Assert.True(part.Read(part.Count - 1).Width > 0);
        }
    }

    [Theory]
    [MemberData(nameof(SmallTransferSets.Names), MemberType = typeof(SmallTransferSets))]
    public void No_image_is_in_two_parts_and_the_seed_fixes_the_draw(string name)
    {
        TransferSet set = sets.Write(name);
        using TransferSplits splits = Open(set, seed: 3);
        using TransferSplits again = Open(set, seed: 3);
        string[] paths = [.. new[] { splits.Train, splits.Validation, splits.Test }.SelectMany(Paths)];
        Assert.Equal(paths.Length, paths.Distinct().Count());
        Assert.Equal(Paths(splits.Validation), Paths(again.Validation));
        Assert.Equal(Paths(splits.Train), Paths(again.Train));
        Assert.Equal(splits.Train.Fingerprint, again.Train.Fingerprint);
    }

    [Theory]
    [MemberData(nameof(SmallTransferSets.Names), MemberType = typeof(SmallTransferSets))]
    public void Other_numbers_of_images_are_refused_with_both_unless_that_is_allowed(string name)
    {
        TransferSet written = sets.Write(name);
        TransferSet set = written with { TestImages = 12_345 };
        string message = Assert.Throws<DataException>(() => Open(set)).Message;
        Assert.Contains($"got {written.TestImages} test images, expected 12,345", message, StringComparison.Ordinal);
        Assert.DoesNotContain("training images, expected", message, StringComparison.Ordinal);
        Assert.Contains(set.Source, message, StringComparison.Ordinal);
        Assert.Contains("pass allowPartial", message, StringComparison.Ordinal);

        using TransferSplits splits = Open(set, allowPartial: true);
        Assert.True(splits.IsPartial);
        Assert.DoesNotContain(" classes, expected", message, StringComparison.Ordinal);
        set = written with { Classes = 777 };
        Assert.Contains(
            $"got {written.Classes} classes, expected 777",
            Assert.Throws<DataException>(() => Open(set)).Message,
            StringComparison.Ordinal);
        using TransferSplits fewer = Open(set, allowPartial: true);
        Assert.True(fewer.IsPartial);
    }

    [Theory]
    [MemberData(nameof(SmallTransferSets.Listed), MemberType = typeof(SmallTransferSets))]
    public void A_missing_image_is_named(string name)
    {
        TransferSet set = sets.Write(name);
        string gone;
        using (TransferSplits splits = Open(set))
        {
            gone = splits.Test.PathOf(0);
        }

        File.Delete(gone);
        string message = Assert.Throws<DataException>(() => Open(set)).Message;
        Assert.Contains($"1 of {set.TestImages} listed images are missing", message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(gone), message, StringComparison.Ordinal);

        using TransferSplits partial = Open(set, allowPartial: true);
        Assert.Equal(set.TestImages - 1, partial.Test.Count);
        Assert.True(partial.IsPartial);
    }

    [Theory]
    [MemberData(nameof(SmallTransferSets.Names), MemberType = typeof(SmallTransferSets))]
    public void Each_set_has_a_data_spec(string name)
    {
        TransferSet set = sets.Write(name);
        foreach (string place in new[] { folder.Path, set.FindBelow(folder.Path)! })
        {
            if (place == folder.Path && name is "sun397" or "caltech101")
            {
                continue;   // Their archives have no folder for the lists.
            }

            using ImageDataSet train = DataSets.Open($"{name}:{place}");
            using ImageDataSet test = DataSets.Open($"{name}:{place}:test");
            Assert.Equal((set.TrainImages, set.TestImages), (train.Count, test.Count));
        }

        Assert.Contains(
            "expected",
            Assert.Throws<DataException>(() => DataSets.Open($"{name}:{folder.PathOf("nowhere")}")).Message,
            StringComparison.Ordinal);
        string split = set.ValidationImages > 0 ? "train, validation, test" : "train, test";
        Assert.Contains(
            $"expected one of {split}",
            Assert.Throws<ConfigurationException>(() => DataSets.Open($"{name}:{folder.Path}:tset")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cars_may_also_be_in_one_list()
    {
        TransferSet set = sets.WriteCarsInOneList();
        using TransferSplits splits = Open(set);
        Assert.Equal((3, 1), (splits.Train.Count + splits.Validation.Count, splits.Test.Count));
        Assert.EndsWith("b.jpg", splits.Test.PathOf(0), StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, splits.Train.Count), i => AssertClass(splits.Train, i));
    }

    [Fact]
    public void Thirty_of_each_class_of_Caltech_are_drawn_by_the_seed()
    {
        TransferSet set = sets.Write("caltech101");
        using TransferSplits splits = Open(set, seed: 1);
        using TransferSplits other = Open(set, seed: 2);
        Assert.Equal([3, 2], Counts(splits.Test));
        Assert.Equal([24, 24], Counts(splits.Train));
        Assert.Equal([6, 6], Counts(splits.Validation));
        Assert.NotEqual(Paths(splits.Test), Paths(other.Test));
    }

    [Theory]
    [InlineData(19_900, 0.2)]
    [InlineData(20_100, 0.1)]
    public void The_held_out_images_are_a_share_of_each_class(int images, double share)
    {
        int[] labels = [.. Enumerable.Range(0, images).Select(i => i % 10), 10, 11, 11];
        (int[] train, int[] validation) = TransferSplits.HoldOut(labels, seed: 0);
        double expected = Math.Round(share * images / 10);
        Assert.Equal(labels.Length, train.Concat(validation).Distinct().Count());
        Assert.All(Enumerable.Range(0, 10), c => Assert.Equal(expected, validation.Count(i => labels[i] == c)));
        Assert.Equal(1, validation.Count(i => labels[i] == 11));
        Assert.DoesNotContain(images, validation);   // The only image of class 10 is a training image.
        Assert.NotEqual(validation, TransferSplits.HoldOut(labels, seed: 1).Validation);
    }

    [Fact]
    public void The_catalog_has_the_twelve_sets_in_the_order_of_the_paper_and_its_numbers()
    {
        Assert.Equal(
            "food101 cifar10 cifar100 birdsnap sun397 cars aircraft voc2007 dtd pets caltech101 flowers",
            string.Join(' ', TransferCatalog.Sets.Select(set => set.Name)));
        Assert.All(TransferCatalog.Paper, row => Assert.Equal(12, row.Percent.Count));
        Assert.Equal(95.3, TransferCatalog.PaperPercent(TransferCatalog.Paper[1], "cifar10"));
        Assert.Equal(
            ["aircraft", "pets", "caltech101", "flowers"],
            TransferCatalog.Sets.Where(set => set.Metric == TransferMetric.MeanPerClass).Select(set => set.Name));
        Assert.Equal(
            ["aircraft", "voc2007", "dtd", "flowers"],
            TransferCatalog.Sets.Where(set => set.ValidationImages > 0).Select(set => set.Name));
    }

    [Theory]
    [InlineData("food101", "food-101/meta/train.txt", "apple_pie", "line 1: got 'apple_pie', expected CLASS/IMAGE")]
    [InlineData("food101", "food-101/meta/test.txt", "soup/1", "line 1: got 'soup', expected one of the 2 classes")]
    [InlineData("food101", "food-101/meta/test.txt", "\n", "the list is empty")]
    [InlineData("birdsnap", "birdsnap/images.txt", "url\tpath", "expected columns with the names path and species_id")]
    [InlineData(
        "birdsnap",
        "birdsnap/images.txt",
        "path\tspecies_id\na.jpg\tx",
        "line 2: got 'x', expected the number of a species")]
    [InlineData(
        "birdsnap",
        "birdsnap/images.txt",
        "path\tspecies_id\na.jpg\t3",
        "line 2: got '0', expected a class from 1 to 2")]
    [InlineData(
        "sun397", "SUN397/Partitions/Training_01.txt", "abbey.jpg", "line 1: got 'abbey.jpg', expected a path such as")]
    [InlineData(
        "sun397",
        "SUN397/Partitions/Testing_01.txt",
        "/z/zoo/sun_x.jpg",
        "line 1: got '/z/zoo', expected one of the 2 classes")]
    [InlineData(
        "aircraft",
        "fgvc-aircraft-2013b/data/images_variant_val.txt",
        "123",
        "expected the number of an image and a variant")]
    [InlineData(
        "aircraft",
        "fgvc-aircraft-2013b/data/variants.txt",
        "Boeing 717\nBoeing 717",
        "the class 'Boeing 717' is listed twice")]
    [InlineData("dtd", "dtd/labels/val1.txt", "banded", "line 1: got 'banded', expected CLASS/IMAGE.jpg")]
    [InlineData(
        "pets", "oxford-iiit-pet/annotations/test.txt", "Abyssinian 1", "expected BREED_NUMBER and three numbers")]
    [InlineData(
        "pets",
        "oxford-iiit-pet/annotations/test.txt",
        "Abyssinian_5 7 1 1",
        "one number for each breed, without gaps")]
    [InlineData(
        "voc2007",
        "VOCdevkit/VOC2007/Annotations/000001.xml",
        "<annotation><object><name>unicorn</name></object></annotation>",
        "an object of the class 'unicorn'")]
    public void A_list_with_unexpected_content_is_refused_with_its_line(
        string name, string file, string content, string expected)
    {
        TransferSet set = sets.Write(name);
        folder.Write(file, content);
        string message = Assert.Throws<DataException>(() => Open(set)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_list_is_named_with_the_remedy()
    {
        TransferSet set = sets.Write("dtd");
        File.Delete(folder.PathOf("dtd/labels/val1.txt"));
        string message = Assert.Throws<DataException>(() => Open(set)).Message;
        Assert.Contains("labels/val1.txt: there is no such file", message, StringComparison.Ordinal);
        Assert.Contains("unpack the set's archive again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flowers_that_have_no_label_are_refused()
    {
        TransferSet set = sets.Write("flowers");
        var mat = new MatBytes(bigEndian: true);
        folder.Write("flowers-102/imagelabels.mat", mat.File(mat.UInt16("labels", 1, 2)));
        Assert.Contains(
            "got the image 8, expected 1 to 2",
            Assert.Throws<DataException>(() => Open(set)).Message,
            StringComparison.Ordinal);
        folder.Write("flowers-102/imagelabels.mat", mat.File(mat.UInt16("labels", 1, 2, 3, 4, 5, 6, 7, 103)));
        Assert.Contains(
            "got '103', expected a class from 1 to 102",
            Assert.Throws<DataException>(() => Open(set)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_several_classes_have_no_label_and_report_it()
    {
        sets.Write("voc2007");
        using ImageDataSet test = DataSets.Open($"voc2007:{folder.Path}:test");
        Assert.Null(test.Labels);
        Assert.Contains(
            "several classes each",
            Assert.Throws<DataException>(() => test.RequireLabels()).Message,
            StringComparison.Ordinal);
        sbyte[] presence = test.MultiLabels![0];
        Assert.Equal(MultiLabelMarks.Present, presence[7]);      // cat
        Assert.Equal(MultiLabelMarks.Difficult, presence[17]);     // a difficult sofa
        Assert.Equal(2, presence.Count(value => value != MultiLabelMarks.Absent));
        Assert.Same(test.MultiLabels[1], test.Subset([1]).MultiLabels![0]);

        var skipped = new SkippedImages(test, new DataOptions());
        Assert.Same(
            test.MultiLabels, ImageCache.Load(test, new DataOptions { Cache = DataCache.Always }, skipped).MultiLabels);

        using ImageDataSet train = DataSets.Open($"voc2007:{folder.Path}:train");
        using var joined = new JoinedDataSet(train, test);
        Assert.Null(joined.Labels);
        Assert.Equal([.. train.MultiLabels!, .. test.MultiLabels], joined.MultiLabels!);
        using var labeled = new InMemoryDataSet([test.Read(0)], [7], Voc2007.Names);
        Assert.Contains(
            "one class each",
            Assert.Throws<DataException>(() => new JoinedDataSet(train, labeled)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "several classes each",
            Assert.Throws<DataException>(() => new JoinedDataSet(labeled, train)).Message,
            StringComparison.Ordinal);

        Assert.Equal(3, PackFile.Write(
            test, folder.PathOf("voc.pack"), new DataOptions(), new SkippedImages(test, new DataOptions())));
        using ImageDataSet packed = DataSets.Open(folder.PathOf("voc.pack"));
        Assert.Null(packed.Labels);
    }

    private static string[] Paths(ImageDataSet images) => [.. Enumerable.Range(0, images.Count).Select(images.PathOf)];

    private static int[] Counts(ImageDataSet images)
        => [.. Enumerable.Range(0, images.ClassNames!.Count).Select(c => images.Labels!.Count(label => label == c))];

    private TransferSplits Open(TransferSet set, long seed = 0, bool allowPartial = false)
        => TransferSplits.Open(set, set.FindBelow(folder.Path)!, new DataOptions(), seed, allowPartial);

    private void AssertClass(ImageDataSet part, int index)
    {
        string path = Path.GetRelativePath(folder.Path, part.PathOf(index)).Replace('\\', '/');
        string expected = sets.Classes.TryGetValue(path, out string? name) ? name
            : sets.Classes[Path.GetFileName(path)];
        int number = part.Labels?[index] ?? Array.IndexOf(part.MultiLabels![index], MultiLabelMarks.Present);
        Assert.Equal(expected, part.ClassNames![number]);
    }
}
