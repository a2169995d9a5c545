using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The data sets with a stable public address. Addresses and checksums are those of torchvision, except for the binary
/// versions of CIFAR (from the authors' page), Caltech-101 (the authors' new address) and FGVC Aircraft (a checksum
/// from other libraries, as torchvision has none). Sizes are approximate; they are used only in messages and to
/// estimate the disk space.
/// </summary>
public static class RemoteSets
{
    private const string Oxford = "https://www.robots.ox.ac.uk/~vgg/data/";
    private const string Fashion = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
    private const string Fastai = "https://s3.amazonaws.com/fast-ai-imageclas/";

    /// <summary>All sets.</summary>
    public static IReadOnlyList<RemoteSet> All { get; } =
    [
        new("cifar10", "CIFAR-10", ["cifar10:DIR:train", "cifar10:DIR:test"],
            [new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", 170)])
        { Contents = ["cifar-10-batches-bin"] },
        new("cifar100", "CIFAR-100", ["cifar100:DIR:train", "cifar100:DIR:test"],
            [new("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", 170)])
        { Contents = ["cifar-100-binary"] },
        new("stl10", "STL-10", ["stl10:DIR:unlabeled", "stl10:DIR:train", "stl10:DIR:test"],
            [new(
                "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz", "91f7769df0f17e558f3565bffb0c7dfb", 2650)])
        { Contents = ["stl10_binary"] },
        new("fashion-mnist", "Fashion-MNIST", ["fashion-mnist:DIR:train", "fashion-mnist:DIR:test"],
            [
                new(Fashion + "train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 27)
                {
                    KeepArchive = true,
                },
                new(Fashion + "train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", 1)
                {
                    KeepArchive = true,
                },
                new(Fashion + "t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", 5)
                {
                    KeepArchive = true,
                },
                new(Fashion + "t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", 1)
                {
                    KeepArchive = true,
                },
            ])
        {
            Contents =
            [
                "train-images-idx3-ubyte.gz",
                "train-labels-idx1-ubyte.gz",
                "t10k-images-idx3-ubyte.gz",
                "t10k-labels-idx1-ubyte.gz",
            ],
        },
        Imagenette("imagenette", "Imagenette, full size", "imagenette2", "fe2fc210e6bb7c5664d602c3cd71e612", 1560),
        Imagenette(
            "imagenette-320", "Imagenette, short side 320", "imagenette2-320", "3df6f0d01a2c9592104656642f5e78a3", 345),
        Imagenette(
            "imagenette-160", "Imagenette, short side 160", "imagenette2-160", "e793b78cc4c9e9a4ccc0c1155377a412", 100),
        new("flowers", "Oxford 102 Flowers", ["flowers:DIR:train", "flowers:DIR:validation", "flowers:DIR:test"],
            [
                new(Oxford + "flowers/102/102flowers.tgz", "52808999861908f626f3c1f4e79d11fa", 345),
                new(Oxford + "flowers/102/imagelabels.mat", "e0620be6f572b9609742df49c70aed4d", 1)
                {
                    KeepArchive = true,
                },
                new(Oxford + "flowers/102/setid.mat", "a5357ecc9cb78c4bef273ce3793fc85c", 1) { KeepArchive = true },
            ])
        { Contents = ["jpg", "imagelabels.mat", "setid.mat"] },
        new("pets", "Oxford-IIIT Pets", ["pets:DIR:train", "pets:DIR:test"],
            [
                new(Oxford + "pets/data/images.tar.gz", "5c4f3ee8e5d25df40f4fd59a7f44e54c", 795),
                new(Oxford + "pets/data/annotations.tar.gz", "95a8c909bbe2e81eed6a22bccdf3f68f", 20),
            ])
        { Contents = ["images", "annotations"] },
        new("dtd", "Describable Textures (DTD)", ["dtd:DIR:train", "dtd:DIR:validation", "dtd:DIR:test"],
            [new(Oxford + "dtd/download/dtd-r1.0.1.tar.gz", "fff73e5086ae6bdbea199a49dfb8a4c1", 630)])
        { Contents = ["dtd"] },
        new("food101", "Food-101", ["food101:DIR:train", "food101:DIR:test"],
            [new("http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz", "85eeb15f3717b99a5da872d97d918f87", 5000)])
        { Contents = ["food-101"] },
        new("caltech101", "Caltech-101", ["caltech101:DIR:train", "caltech101:DIR:test"],
            [
                new(
                    "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
                    "3138e1922a9193bfa496528edbbc45d0",
                    140)
                {
                    Inner = "caltech-101/101_ObjectCategories.tar.gz",
                },
            ])
        { Contents = ["caltech-101"] },
        new("aircraft", "FGVC Aircraft", ["aircraft:DIR:train", "aircraft:DIR:validation", "aircraft:DIR:test"],
            [new(
                Oxford + "fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz",
                "d4acdd33327262359767eeaa97a4f732",
                2760)])
        { Contents = ["fgvc-aircraft-2013b"] },
    ];

    /// <summary>The names of all sets.</summary>
    public static string[] Names => [.. All.Select(set => set.Name)];

    /// <summary>Returns the set with the given name.</summary>
    /// <exception cref="ConfigurationException">The name is unknown.</exception>
    public static RemoteSet Find(string name)
        => All.FirstOrDefault(set => set.Name == name) ?? throw new ConfigurationException(
            $"got the set '{name}', expected one of {string.Join(", ", Names)}{DidYouMean.Hint(name, Names)}");

    private static RemoteSet Imagenette(string name, string title, string folder, string md5, int megabytes) => new(
        name, title, [$"DIR/{folder}/train", $"DIR/{folder}/val"], [new($"{Fastai}{folder}.tgz", md5, megabytes)])
    { Contents = [folder] };
}
