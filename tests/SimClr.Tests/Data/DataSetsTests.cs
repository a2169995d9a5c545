using SimClr.Data;

namespace SimClr.Tests.Data;

public sealed class DataSetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_sample_set_is_split_into_8000_and_2000_that_make_up_the_whole()
    {
        using ImageDataSet train = DataSets.Open("sample:");
        using ImageDataSet test = DataSets.Open("sample:test");
        Assert.Equal(("sample:train", 8000), (train.Name, train.Count));
        Assert.Equal(("sample:test", 2000), (test.Name, test.Count));
        var paths =
            Enumerable.Range(0, 8000).Select(train.PathOf).Concat(Enumerable.Range(0, 2000).Select(test.PathOf));
        Assert.Equal(10000, paths.Distinct().Count());
        Assert.Equal(train.Fingerprint, DataSets.Open("sample:train").Fingerprint);
        Assert.NotEqual(train.Fingerprint, test.Fingerprint);
        Assert.All(Enumerable.Range(0, 10), label => Assert.InRange(test.Labels!.Count(l => l == label), 150, 250));
    }

    [Fact]
    public void Without_the_package_of_the_sample_images_its_name_is_in_the_error()
        => Assert.Equal(
            "sample: needs the package SimClr.Absent; add it with dotnet add package SimClr.Absent",
            Assert.Throws<ConfigurationException>(() => SampleSet.Load("SimClr.Absent")).Message);

    [Fact]
    public void The_first_sample_images_are_the_known_ones()
    {
        using ImageDataSet test = DataSets.Open("sample:test");
        Assert.Equal(
            "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot",
            string.Join(',', test.ClassNames!));
        Assert.Equal((28, 28), (test.Read(0).Width, test.Read(0).Height));
        using ImageDataSet train = DataSets.Open("sample:train");
        ImageDataSet holder = train.PathOf(0).EndsWith("#0", StringComparison.Ordinal) ? train : test;
        Assert.EndsWith("#0", holder.PathOf(0), StringComparison.Ordinal);
        Assert.Equal("Ankle boot", holder.ClassNames![holder.Labels![0]]);
        Assert.Equal(33456, holder.Read(0).Pixels.ToArray().Sum(value => value) / 3);
    }

    [Theory]
    [InlineData("cifar11:dir", "did you mean 'cifar10:DIR'?")]
    [InlineData("fashionmnist:dir", "did you mean 'fashion-mnist:DIR'?")]
    [InlineData("sample", "did you mean 'sample:'?")]
    [InlineData("cifar10", "did you mean 'cifar10:DIR'?")]
    [InlineData(
        "somethingelse:dir", "expected a folder, a .csv manifest, a packed file or one of cifar10:DIR, cifar100:DIR")]
    [InlineData("sample:tset", "got the split 'tset', expected one of train, test (did you mean 'test'?)")]
    [InlineData("mnist:dir:unlabeled", "expected one of train, test")]
    [InlineData("stl10:dir:unlabelled", "expected one of unlabeled, train, test (did you mean 'unlabeled'?)")]
    [InlineData("cifar10:", "expected cifar10:DIR")]
    [InlineData("cifar10::test", "expected cifar10:DIR")]
    [InlineData("tar:", "expected tar:GLOB")]
    [InlineData("", "got the data set '', expected a folder")]
    public void A_wrong_data_spec_is_a_usage_error(string argument, string expected)
    {
        var error = Assert.Throws<ConfigurationException>(() => DataSets.Open(argument));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./no/such/folder")]
    [InlineData("C:\\no\\such\\folder")]
    [InlineData("no/such:thing/x")]
    public void A_missing_path_is_named(string path)
    {
        var error = Assert.Throws<DataException>(() => DataSets.Open(path));
        Assert.Contains($"'{path}': no such folder or file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_a_manifest_is_refused_with_the_expected_format()
    {
        var error = Assert.Throws<DataException>(() => DataSets.Open(folder.Write("a.txt", "x")));
        Assert.Contains(
            "is a file; expected a folder of images, a .csv manifest", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar10:C:\\data\\sets:test", "C:\\data\\sets", "test")]
    [InlineData("cifar10:C:\\data\\sets", "C:\\data\\sets", "train")]
    [InlineData("cifar10:C:/data:train", "C:/data", "train")]
    [InlineData("cifar10:/a:b/c", "/a:b/c", "train")]
    [InlineData("cifar10:dir", "dir", "train")]
    [InlineData("stl10:C:\\x", "C:\\x", "unlabeled")]
    [InlineData("tar:C:\\x\\*.tar", "C:\\x\\*.tar", "")]
    [InlineData("sample:test", "", "test")]
    public void Names_paths_and_splits_are_parsed_on_every_platform(string argument, string path, string split)
    {
        DataSpec typed = DataSets.Parse(argument)!;
        Assert.Equal((path, split), (typed.Folder, typed.Split));
    }

    [Fact]
    public void A_folder_whose_name_has_a_colon_is_found()
    {
        folder.Write("odd:name/1.png", Images.Png(1));
        Assert.Equal([1], Images.NumbersOf(DataSets.Open(folder.PathOf("odd:name"))));
    }

    [Fact]
    public void A_subset_keeps_order_labels_classes_and_paths()
    {
        using var all = Images.Set(9);
        ImageDataSet some = all.Subset([8, 2, 2, 3]);
        Assert.Equal([8, 2, 2, 3], Images.NumbersOf(some));
        Assert.Equal([2, 2, 2, 0], some.Labels);
        Assert.Equal(all.ClassNames, some.ClassNames);
        Assert.Equal("image2", some.PathOf(1));
        Assert.NotEqual(some.Fingerprint, all.Subset([2, 8, 2, 3]).Fingerprint);
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Subset([9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Subset([-1]));
    }

    [Fact]
    public void Images_in_memory_make_a_set()
    {
        using var set = new InMemoryDataSet([Images.Of(4), Images.Of(5)], [1, 0], ["x", "y"], "mine");
        Assert.Equal([4, 5], Images.NumbersOf(set));
        Assert.Equal([1, 0], set.Labels);
        Assert.Equal("mine#1", set.PathOf(1));
        Assert.Equal(["0", "1", "2"], new InMemoryDataSet([Images.Of(4)], [2]).ClassNames);
        Assert.NotEqual(set.Fingerprint, new InMemoryDataSet([Images.Of(4), Images.Of(6)], [1, 0]).Fingerprint);
        Assert.NotEqual(set.Fingerprint, new InMemoryDataSet([Images.Of(4), Images.Of(5)], [1, 1]).Fingerprint);
        Assert.Throws<ArgumentException>(() => new InMemoryDataSet([Images.Of(4)], [0, 1]));
        Assert.Throws<ArgumentException>(() => new InMemoryDataSet([Images.Of(4)], [1], ["x"]));
        Assert.Throws<ArgumentException>(() => new InMemoryDataSet([Images.Of(4)], classNames: ["x"]));
    }

    [Fact]
    public void Training_needs_two_images_and_a_full_batch_and_labels_where_they_are_needed()
    {
        var one = Assert.Throws<DataException>(() => new InMemoryDataSet([Images.Of(1)]).RequireTrainable(2));
        Assert.Contains("has 1 readable image(s), expected at least 2", one.Message, StringComparison.Ordinal);
        using var ten = new InMemoryDataSet(Enumerable.Range(0, 10).Select(Images.Of), name: "ten");
        ten.RequireTrainable(10);
        var few = Assert.Throws<DataException>(() => ten.RequireTrainable(11));
        Assert.Contains("Batch.Size 10 or less", few.Message, StringComparison.Ordinal);
        var unlabeled = Assert.Throws<DataException>(() => ten.RequireLabels());
        Assert.Contains("'ten' has no labels", unlabeled.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1], Images.Set(2).RequireLabels());
    }
}
