namespace SimClr.Data;

/// <summary>
/// The twelve data sets of the paper's transfer experiments (Section 6, Appendix B.8), in the order of its tables,
/// with the paper's splits, metrics and results and the image counts published by the authors of the sets.
/// </summary>
public static class TransferCatalog
{
    private const string CifarSource = "https://www.cs.toronto.edu/~kriz/cifar.html (the binary version)";

    /// <summary>The data sets.</summary>
    public static IReadOnlyList<TransferSet> Sets { get; } =
    [
        new("food101", "Food-101", TransferMetric.Top1, 101, 75_750, 0, 25_250, ["food-101", "food101"],
            "https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/", Food101.Layout),
        new("cifar10", "CIFAR-10", TransferMetric.Top1, 10, 50_000, 0, 10_000,
            ["cifar-10-batches-bin", "cifar10", "cifar-10"], CifarSource,
            "data_batch_1.bin to data_batch_5.bin and test_batch.bin, or class folders in train and test"),
        new("cifar100", "CIFAR-100", TransferMetric.Top1, 100, 50_000, 0, 10_000,
            ["cifar-100-binary", "cifar100", "cifar-100"], CifarSource,
            "train.bin and test.bin, or class folders in train and test"),
        new("birdsnap", "Birdsnap", TransferMetric.Top1, 500, 47_386, 0, 2_443, ["birdsnap"],
            "http://thomasberg.org/ (its script get_birdsnap.py fetches the images)", Birdsnap.Layout),
        new("sun397", "SUN397", TransferMetric.Top1, 397, 19_850, 0, 19_850, ["SUN397", "sun397"],
            "https://vision.princeton.edu/projects/2010/SUN/ (SUN397.tar.gz and Partitions.zip)", Sun397.Layout),
        new("cars", "Cars", TransferMetric.Top1, 196, 8_144, 0, 8_041, ["stanford_cars", "cars"],
            "https://ai.stanford.edu/~jkrause/cars/car_dataset.html (if it does not respond: "
                + "https://github.com/pytorch/vision/issues/7545)",
            StanfordCars.Layout),
        new("aircraft", "Aircraft", TransferMetric.MeanPerClass, 100, 3_334, 3_333, 3_333,
            ["fgvc-aircraft-2013b", "aircraft"], "https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/",
            FgvcAircraft.Layout),
        new("voc2007", "VOC 2007", TransferMetric.MeanAveragePrecision, 20, 2_501, 2_510, 4_952,
            ["VOCdevkit/VOC2007", "VOC2007", "voc2007"],
            "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/ (VOCtrainval_06-Nov-2007.tar and VOCtest_06-Nov-2007.tar)",
            Voc2007.Layout),
        new("dtd", "DTD", TransferMetric.Top1, 47, 1_880, 1_880, 1_880, ["dtd"],
            "https://www.robots.ox.ac.uk/~vgg/data/dtd/", DescribableTextures.Layout),
        new("pets", "Pets", TransferMetric.MeanPerClass, 37, 3_680, 0, 3_669, ["oxford-iiit-pet", "pets"],
            "https://www.robots.ox.ac.uk/~vgg/data/pets/", OxfordPets.Layout),
        new("caltech101", "Caltech-101", TransferMetric.MeanPerClass, 102, 3_060, 0, 6_084,
            ["caltech101", "caltech-101"], "https://data.caltech.edu/records/mzrjq-6wc02", Caltech101.Layout),
        new("flowers", "Flowers", TransferMetric.MeanPerClass, 102, 1_020, 1_020, 6_149, ["flowers-102", "flowers"],
            "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/ (images, image labels, data splits)",
            OxfordFlowers.Layout),
    ];

    /// <summary>
    /// The paper's results with ResNet-50 (4×: Table 8; 1×: Table B.5), in percent, in the order of the sets.
    /// "Supervised" rows are encoders trained on the labels of ImageNet.
    /// </summary>
    public static IReadOnlyList<PaperTransfer> Paper { get; } =
    [
        new("SimCLR 1×, linear", "lin 1×", [68.4, 90.6, 71.6, 37.4, 58.8, 50.3, 50.3, 80.5, 74.5, 83.6, 90.3, 91.2]),
        new("SimCLR 4×, linear", "lin 4×", [76.9, 95.3, 80.2, 48.4, 65.9, 60.0, 61.2, 84.2, 78.9, 89.2, 93.9, 95.0]),
        new(
            "supervised 1×, linear",
            "sup 1×",
            [72.3, 93.6, 78.3, 53.7, 61.9, 66.7, 61.0, 82.8, 74.9, 91.5, 94.5, 94.7]),
        new(
            "supervised 4×, linear",
            "sup 4×",
            [75.2, 95.7, 81.2, 56.4, 64.9, 68.8, 63.8, 83.8, 78.7, 92.3, 94.1, 94.2]),
        new(
            "SimCLR 1×, fine-tuned",
            "tuned 1×",
            [88.2, 97.7, 85.9, 75.9, 63.5, 91.3, 88.1, 84.1, 73.2, 89.2, 92.1, 97.0]),
        new(
            "SimCLR 4×, fine-tuned",
            "tuned 4×",
            [89.4, 98.6, 89.0, 78.2, 68.1, 92.1, 87.0, 86.6, 77.8, 92.1, 94.1, 97.6]),
        new(
            "supervised 1×, fine-tuned",
            "sup-t 1×",
            [88.3, 97.5, 86.4, 75.8, 64.3, 92.1, 86.0, 85.0, 74.6, 92.1, 93.3, 97.6]),
        new(
            "supervised 4×, fine-tuned",
            "sup-t 4×",
            [88.7, 98.3, 88.7, 77.8, 67.0, 91.4, 88.0, 86.5, 78.8, 93.2, 94.2, 98.0]),
        new(
            "random start 1×, trained",
            "rand 1×",
            [86.9, 95.9, 80.2, 76.1, 53.6, 91.4, 85.9, 67.3, 64.8, 81.5, 72.6, 92.0]),
        new(
            "random start 4×, trained",
            "rand 4×",
            [88.3, 96.0, 81.9, 77.0, 53.7, 91.3, 84.8, 69.4, 64.1, 82.7, 72.5, 92.5]),
    ];

    /// <summary>Returns the set with the given name; null if there is none.</summary>
    public static TransferSet? Find(string name) => Sets.FirstOrDefault(set => set.Name == name);

    /// <summary>Returns the set named by a data spec such as <c>pets:DIR:train</c>; null for other data.</summary>
    /// <param name="dataSpec">A data argument, as accepted by <see cref="DataSets.Open"/>.</param>
    /// <exception cref="ConfigurationException">
    /// The spec names a known set, but the split is unknown or the folder is missing.
    /// </exception>
    public static TransferSet? FindByDataSpec(string dataSpec)
    {
        ArgumentNullException.ThrowIfNull(dataSpec);
        return DataSets.Parse(dataSpec) is { } typed ? Find(typed.Kind) : null;
    }

    /// <summary>Returns the paper's result on a set, in percent.</summary>
    /// <param name="row">A row of <see cref="Paper"/>.</param>
    /// <param name="set">The name of a set in <see cref="Sets"/>.</param>
    public static double PaperPercent(PaperTransfer row, string set)
        => row.Percent[Sets.Index().First(pair => pair.Item.Name == set).Index];
}

/// <summary>A row of the paper's transfer tables.</summary>
/// <param name="Name">The evaluated encoder and protocol.</param>
/// <param name="Short">A short name of two words, which narrow columns show one above the other.</param>
/// <param name="Percent">One result per set in percent, in the order of <see cref="TransferCatalog.Sets"/>.</param>
public sealed record PaperTransfer(string Name, string Short, IReadOnlyList<double> Percent);
