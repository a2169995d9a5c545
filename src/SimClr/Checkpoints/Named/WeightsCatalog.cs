using SimClr.Augmentation;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Checkpoints;

/// <summary>
/// Public ImageNet checkpoints by name. Addresses, licenses, accuracies and published checksums are those of the
/// repositories named in each entry (torchvision's are in its model metadata). Where an entry has a complete SHA-256,
/// several projects that use the file state the same one, and it begins with the published digits if there are any.
/// </summary>
public static class WeightsCatalog
{
    /// <summary>What precedes a name where a run is expected: <c>weights:dino-resnet50</c>.</summary>
    public const string Scheme = "weights:";

    private const string Torchvision = "https://github.com/pytorch/vision";
    private const string TorchvisionLicense = "BSD-3-Clause";
    private const string ResNetPaper = "https://arxiv.org/abs/1512.03385";
    private const string Supervised = "supervised";

    /// <summary>All weights.</summary>
    public static IReadOnlyList<NamedWeights> All { get; } =
    [
        new()
        {
            Name = "torchvision-resnet18",
            Description = "supervised, torchvision's first recipe (IMAGENET1K_V1)",
            Addresses = ["https://download.pytorch.org/models/resnet18-f37072fd.pth"],
            License = TorchvisionLicense,
            Source = Torchvision,
            Paper = ResNetPaper,
            Bytes = 46_830_571,
            Published = FileChecksum.Sha256("f37072fd"),
            Sha256 = "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
            Encoder = "resnet18",
            Accuracy = 0.69758,
            AccuracyOf = Supervised,
        },
        new()
        {
            Name = "torchvision-resnet34",
            Description = "supervised, torchvision's first recipe (IMAGENET1K_V1)",
            Addresses = ["https://download.pytorch.org/models/resnet34-b627a593.pth"],
            License = TorchvisionLicense,
            Source = Torchvision,
            Paper = ResNetPaper,
            Bytes = 87_319_819,
            Published = FileChecksum.Sha256("b627a593"),
            Sha256 = "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
            Encoder = "resnet34",
            Accuracy = 0.73314,
            AccuracyOf = Supervised,
        },
        new()
        {
            Name = "torchvision-resnet50",
            Description = "supervised, torchvision's first recipe (IMAGENET1K_V1)",
            Addresses = ["https://download.pytorch.org/models/resnet50-0676ba61.pth"],
            License = TorchvisionLicense,
            Source = Torchvision,
            Paper = ResNetPaper,
            Bytes = 102_530_333,
            Published = FileChecksum.Sha256("0676ba61"),
            Sha256 = "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
            Accuracy = 0.7613,
            AccuracyOf = Supervised,
        },
        new()
        {
            Name = "torchvision-resnet50-v2",
            Description = "supervised, torchvision's later recipe (IMAGENET1K_V2)",
            Addresses = ["https://download.pytorch.org/models/resnet50-11ad3fa6.pth"],
            License = TorchvisionLicense,
            Source = Torchvision,
            Paper = ResNetPaper,
            Bytes = 102_540_417,
            Published = FileChecksum.Sha256("11ad3fa6"),
            Sha256 = "11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca",
            Accuracy = 0.80858,
            AccuracyOf = Supervised,
            Note = "the authors resize the short side to 232 pixels before the crop, this program to 256",
        },
        new()
        {
            Name = "simclr-resnet50",
            Description = "SimCLR as trained by OpenMMLab: 800 epochs, batch 4,096",
            Addresses =
            [
                "https://download.openmmlab.com/mmselfsup/1.x/simclr/simclr_resnet50_16xb256-coslr-800e_in1k/"
                    + "simclr_resnet50_16xb256-coslr-800e_in1k_20220825-85fcc4de.pth",
            ],
            License = "Apache-2.0",
            Source = "https://github.com/open-mmlab/mmselfsup",
            Paper = "https://arxiv.org/abs/2002.05709",
            Published = FileChecksum.Sha256("85fcc4de"),
            Accuracy = 0.692,
        },
        new()
        {
            Name = "moco-v2-resnet50",
            Description = "MoCo v2: 800 epochs",
            Addresses =
            [
                "https://dl.fbaipublicfiles.com/moco/moco_checkpoints/moco_v2_800ep/moco_v2_800ep_pretrain.pth.tar",
            ],
            License = "MIT (the README still says CC-BY-NC 4.0)",
            Source = "https://github.com/facebookresearch/moco",
            Paper = "https://arxiv.org/abs/2003.04297",
            Published = FileChecksum.Md5("a04e12f8"),
            Accuracy = 0.711,
        },
        new()
        {
            Name = "swav-resnet50",
            Description = "SwAV: 800 epochs, batch 4,096, multi-crop",
            Addresses = ["https://dl.fbaipublicfiles.com/deepcluster/swav_800ep_pretrain.pth.tar"],
            License = "CC-BY-NC 4.0",
            AllowsCommercialUse = false,
            Source = "https://github.com/facebookresearch/swav",
            Paper = "https://arxiv.org/abs/2006.09882",
            Accuracy = 0.753,
            Note = "the authors divide red by 0.228, this program by 0.229",
        },
        new()
        {
            Name = "dino-resnet50",
            Description = "DINO: self-distillation, multi-crop",
            Addresses = ["https://dl.fbaipublicfiles.com/dino/dino_resnet50_pretrain/dino_resnet50_pretrain.pth"],
            License = "Apache-2.0",
            Source = "https://github.com/facebookresearch/dino",
            Paper = "https://arxiv.org/abs/2104.14294",
            Interpolation = Interpolation.Bicubic,
            Accuracy = 0.753,
        },
        new()
        {
            Name = "vicreg-resnet50",
            Description = "VICReg",
            Addresses = ["https://dl.fbaipublicfiles.com/vicreg/resnet50.pth"],
            License = "MIT",
            Source = "https://github.com/facebookresearch/vicreg",
            Paper = "https://arxiv.org/abs/2105.04906",
            Bytes = 94_345_885,
            Sha256 = "c843e7652491ff2f712734619fd74d85e5e92ac902615665ad3fd50dc6ada591",
            Accuracy = 0.732,
        },
        new()
        {
            Name = "barlow-twins-resnet50",
            Description = "Barlow Twins: 1,000 epochs, batch 2,048",
            Addresses = ["https://dl.fbaipublicfiles.com/barlowtwins/ljng/resnet50.pth"],
            License = "MIT",
            Source = "https://github.com/facebookresearch/barlowtwins",
            Paper = "https://arxiv.org/abs/2103.03230",
            Accuracy = 0.735,
        },
    ];

    /// <summary>The names of all weights.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(weights => weights.Name)];

    /// <summary>Whether a text names weights: it begins with <see cref="Scheme"/>.</summary>
    public static bool IsName(string? run) => run is not null && run.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Returns the weights with a name.</summary>
    /// <param name="name">The name, with or without <see cref="Scheme"/>.</param>
    /// <exception cref="ConfigurationException">The name is unknown.</exception>
    public static NamedWeights Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string plain = IsName(name) ? name[Scheme.Length..] : name;
        return All.FirstOrDefault(weights => weights.Name == plain) ?? throw new ConfigurationException(
            $"got the weights '{plain}', expected one of {string.Join(", ", Names)}{DidYouMean.Hint(plain, Names)}");
    }

    /// <summary>Returns " (did you mean 'weights:x'?)" for a path that is nearly a name; otherwise "".</summary>
    internal static string Hint(string path)
        => DidYouMean.Find(path, Names) is { } name ? $" (did you mean '{Scheme}{name}'?)" : "";
}
