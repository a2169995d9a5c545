using SimClr.Augmentation;
using SimClr.Data;

namespace SimClr.Checkpoints;

/// <summary>
/// A public checkpoint that can be used by its name: where it is, what it may be used for, how it takes images, and how
/// good its authors found it. <see cref="WeightsCatalog"/> lists those that are known.
/// </summary>
public sealed record NamedWeights
{
    /// <summary>The name, as in <c>weights:NAME</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The method and the length of training, in a few words.</summary>
    public required string Description { get; init; }

    /// <summary>The addresses of the file. Each holds the same bytes; they are tried in this order.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The license, as stated by the repository of the weights.</summary>
    public required string License { get; init; }

    /// <summary>
    /// Whether the license permits commercial use. What the training images permit is not part of it.
    /// </summary>
    public bool AllowsCommercialUse { get; init; } = true;

    /// <summary>The repository that publishes the weights.</summary>
    public required string Source { get; init; }

    /// <summary>The paper that describes the method.</summary>
    public required string Paper { get; init; }

    /// <summary>The size of the file in bytes; null if it is not known.</summary>
    public long? Bytes { get; init; }

    /// <summary>
    /// The checksum that the authors publish, usually its first eight digits in the name of the file; null if they
    /// publish none.
    /// </summary>
    public FileChecksum? Published { get; init; }

    /// <summary>
    /// The complete SHA-256 of the file, as independent projects that use it state it alike; null if it is not known.
    /// </summary>
    public string? Sha256 { get; init; }

    /// <summary>The encoder: one of <see cref="Encoders.EncoderCatalog.Names"/>.</summary>
    public string Encoder { get; init; } = "resnet50";

    /// <summary>The side of the input in pixels.</summary>
    public int Size { get; init; } = 224;

    /// <summary>The normalization of pixels.</summary>
    public Normalization Normalize { get; init; } = Normalization.ImageNet;

    /// <summary>The interpolation for resizing images.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>The top-1 accuracy on ImageNet that the authors report, 0 … 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// What <see cref="Accuracy"/> measures: <c>linear</c> evaluation, or a <c>supervised</c> network.
    /// </summary>
    public string AccuracyOf { get; init; } = "linear";

    /// <summary>What differs from the authors' preprocessing, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The checksum to compare with before any download: the most complete one, or null.</summary>
    internal FileChecksum? Checksum => Sha256 is null ? Published : FileChecksum.Sha256(Sha256);

    /// <summary>What the file does not say about the encoder's input.</summary>
    internal ImportOptions Import => new() { Normalize = Normalize, Size = Size, Interpolation = Interpolation };
}
