using System.Reflection;
using SimClr.Data;

namespace SimClr.Tests.Data;

/// <summary>Each named source opens the same data as its data spec.</summary>
public sealed class NamedSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Published => new()
    {
        { nameof(ImageDataSet.Cifar10), "cifar10" },
        { nameof(ImageDataSet.Cifar100), "cifar100" },
        { nameof(ImageDataSet.Stl10), "stl10" },
        { nameof(ImageDataSet.FashionMnist), "fashion-mnist" },
        { nameof(ImageDataSet.Mnist), "mnist" },
        { nameof(ImageDataSet.Food101), "food101" },
        { nameof(ImageDataSet.Birdsnap), "birdsnap" },
        { nameof(ImageDataSet.Sun397), "sun397" },
        { nameof(ImageDataSet.StanfordCars), "cars" },
        { nameof(ImageDataSet.Aircraft), "aircraft" },
        { nameof(ImageDataSet.Voc2007), "voc2007" },
        { nameof(ImageDataSet.Dtd), "dtd" },
        { nameof(ImageDataSet.Pets), "pets" },
        { nameof(ImageDataSet.Caltech101), "caltech101" },
        { nameof(ImageDataSet.Flowers), "flowers" },
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_kind_of_data_spec_has_a_named_source()
    {
        ConfigurationException error = Assert.Throws<ConfigurationException>(() => DataSets.Open("nothing:such"));
        string forms = error.Message[(error.Message.IndexOf("one of ", StringComparison.Ordinal) + 7)..];
        string[] kinds = [.. forms.Split(", ").Select(form => form.Split(':')[0])];
        Assert.Equal([.. Published.Select(row => row.Data.Item2), "tar", "sample"], kinds);
    }

    // The folder is empty: both report for every part that it is missing or that the set has no such part.
    [Theory]
    [MemberData(nameof(Published))]
    public void A_published_set_is_the_one_of_its_data_spec(string source, string kind)
    {
        MethodInfo method = typeof(ImageDataSet).GetMethod(source)!;
        foreach (DataSplit split in Enum.GetValues<DataSplit>())
        {
            Exception named = Assert.IsAssignableFrom<SimClrException>(Assert.Throws<TargetInvocationException>(
                () => method.Invoke(null, [folder.Path, split, null])).InnerException);
            Exception typed = Assert.ThrowsAny<SimClrException>(
                () => DataSets.Open($"{kind}:{folder.Path}:{split.ToString().ToLowerInvariant()}"));
            Assert.Equal(typed.Message, named.Message);
        }
    }

    [Fact]
    public void The_first_split_of_a_set_is_its_default()
    {
        foreach ((string source, string kind) in Published.Select(row => row.Data))
        {
            object? split = typeof(ImageDataSet).GetMethod(source)!.GetParameters()[1].DefaultValue;
            Assert.Equal(kind == "stl10" ? DataSplit.Unlabeled : DataSplit.Train, (DataSplit)split!);
        }
    }

    [Fact]
    public void The_sample_is_that_of_its_data_spec()
    {
        using ImageDataSet test = ImageDataSet.Sample(DataSplit.Test);
        using ImageDataSet same = DataSets.Open("sample:test");
        Assert.Equal((same.Name, same.Count, same.Fingerprint), (test.Name, test.Count, test.Fingerprint));
        var error = Assert.Throws<ConfigurationException>(() => ImageDataSet.Sample(DataSplit.Unlabeled));
        Assert.Contains("expected one of train, test", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_manifests_and_packs_are_those_of_their_paths()
    {
        folder.Write("images/a/1.png", Images.Png(1));
        folder.Write("images/b/2.png", Images.Png(2));
        string manifest = folder.Write("list.csv", "path,label\nimages/a/1.png,x\nimages/b/2.png,y\n");
        using ImageDataSet images = ImageDataSet.FromFolder(folder.PathOf("images"));
        string pack = folder.PathOf("images.pack");
        PackFile.Write(images, pack, new DataOptions(), new SkippedImages(images));
        using ImageDataSet listed = ImageDataSet.FromManifest(manifest);
        using ImageDataSet packed = ImageDataSet.FromPack(pack);
        foreach ((ImageDataSet named, string path)
            in new[] { (images, folder.PathOf("images")), (listed, manifest), (packed, pack) })
        {
            using ImageDataSet same = DataSets.Open(path);
            Assert.Equal((same.Name, same.Count, same.Fingerprint), (named.Name, named.Count, named.Fingerprint));
            Assert.Equal(same.ClassNames!, named.ClassNames!);
        }

        Assert.True(PackFile.IsPack(pack));
        Assert.False(PackFile.IsPack(manifest));
        Assert.Throws<DataException>(() => ImageDataSet.FromFolder(folder.PathOf("nothing")));
        Assert.Throws<DataException>(() => ImageDataSet.FromTar(folder.PathOf("*.tar")));
    }

    [Fact]
    public void Files_are_images_in_their_order()
    {
        string[] files = [folder.Write("2.png", Images.Png(2)), folder.Write("1.png", Images.Png(1))];
        using ImageDataSet images = ImageDataSet.FromFiles(files, ["b", "a"], name: "two");
        Assert.Equal(files, Enumerable.Range(0, images.Count).Select(images.PathOf));
        Assert.Equal([1, 0], images.Labels!);
        Assert.Equal("two", images.Name);
        using var first = File.OpenRead(files[0]);
        Assert.True(ImageDecoder.Decode(first, files[0]).Pixels.SequenceEqual(images.Read(0).Pixels));
        Assert.Throws<ArgumentException>(() => ImageDataSet.FromFiles(files, ["b"]));
    }
}
