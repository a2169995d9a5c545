namespace SimClr.Augmentation;

/// <summary>The pairs of steps of each policy (Cubuk et al. 2019, appendix).</summary>
internal static class AutoAugmentPairs
{
    /// <summary>The number of pairs of a policy.</summary>
    public const int Count = 25;

    private static readonly (PolicyStep First, PolicyStep Second)[] ImageNet =
    [
        (new(PolicyOperation.Posterize, 0.4, 8), new(PolicyOperation.Rotate, 0.6, 9)),
        (new(PolicyOperation.Solarize, 0.6, 5), new(PolicyOperation.AutoContrast, 0.6)),
        (new(PolicyOperation.Equalize, 0.8), new(PolicyOperation.Equalize, 0.6)),
        (new(PolicyOperation.Posterize, 0.6, 7), new(PolicyOperation.Posterize, 0.6, 6)),
        (new(PolicyOperation.Equalize, 0.4), new(PolicyOperation.Solarize, 0.2, 4)),
        (new(PolicyOperation.Equalize, 0.4), new(PolicyOperation.Rotate, 0.8, 8)),
        (new(PolicyOperation.Solarize, 0.6, 3), new(PolicyOperation.Equalize, 0.6)),
        (new(PolicyOperation.Posterize, 0.8, 5), new(PolicyOperation.Equalize, 1)),
        (new(PolicyOperation.Rotate, 0.2, 3), new(PolicyOperation.Solarize, 0.6, 8)),
        (new(PolicyOperation.Equalize, 0.6), new(PolicyOperation.Posterize, 0.4, 6)),
        (new(PolicyOperation.Rotate, 0.8, 8), new(PolicyOperation.Color, 0.4, 0)),
        (new(PolicyOperation.Rotate, 0.4, 9), new(PolicyOperation.Equalize, 0.6)),
        (new(PolicyOperation.Equalize, 0), new(PolicyOperation.Equalize, 0.8)),
        (new(PolicyOperation.Invert, 0.6), new(PolicyOperation.Equalize, 1)),
        (new(PolicyOperation.Color, 0.6, 4), new(PolicyOperation.Contrast, 1, 8)),
        (new(PolicyOperation.Rotate, 0.8, 8), new(PolicyOperation.Color, 1, 2)),
        (new(PolicyOperation.Color, 0.8, 8), new(PolicyOperation.Solarize, 0.8, 7)),
        (new(PolicyOperation.Sharpness, 0.4, 7), new(PolicyOperation.Invert, 0.6)),
        (new(PolicyOperation.ShearX, 0.6, 5), new(PolicyOperation.Equalize, 1)),
        (new(PolicyOperation.Color, 0.4, 0), new(PolicyOperation.Equalize, 0.6)),
        (new(PolicyOperation.Equalize, 0.4), new(PolicyOperation.Solarize, 0.2, 4)),
        (new(PolicyOperation.Solarize, 0.6, 5), new(PolicyOperation.AutoContrast, 0.6)),
        (new(PolicyOperation.Invert, 0.6), new(PolicyOperation.Equalize, 1)),
        (new(PolicyOperation.Color, 0.6, 4), new(PolicyOperation.Contrast, 1, 8)),
        (new(PolicyOperation.Equalize, 0.8), new(PolicyOperation.Equalize, 0.6)),
    ];

    private static readonly (PolicyStep First, PolicyStep Second)[] Cifar10 =
    [
        (new(PolicyOperation.Invert, 0.1), new(PolicyOperation.Contrast, 0.2, 6)),
        (new(PolicyOperation.Rotate, 0.7, 2), new(PolicyOperation.TranslateX, 0.3, 9)),
        (new(PolicyOperation.Sharpness, 0.8, 1), new(PolicyOperation.Sharpness, 0.9, 3)),
        (new(PolicyOperation.ShearY, 0.5, 8), new(PolicyOperation.TranslateY, 0.7, 9)),
        (new(PolicyOperation.AutoContrast, 0.5), new(PolicyOperation.Equalize, 0.9)),
        (new(PolicyOperation.ShearY, 0.2, 7), new(PolicyOperation.Posterize, 0.3, 7)),
        (new(PolicyOperation.Color, 0.4, 3), new(PolicyOperation.Brightness, 0.6, 7)),
        (new(PolicyOperation.Sharpness, 0.3, 9), new(PolicyOperation.Brightness, 0.7, 9)),
        (new(PolicyOperation.Equalize, 0.6), new(PolicyOperation.Equalize, 0.5)),
        (new(PolicyOperation.Contrast, 0.6, 7), new(PolicyOperation.Sharpness, 0.6, 5)),
        (new(PolicyOperation.Color, 0.7, 7), new(PolicyOperation.TranslateX, 0.5, 8)),
        (new(PolicyOperation.Equalize, 0.3), new(PolicyOperation.AutoContrast, 0.4)),
        (new(PolicyOperation.TranslateY, 0.4, 3), new(PolicyOperation.Sharpness, 0.2, 6)),
        (new(PolicyOperation.Brightness, 0.9, 6), new(PolicyOperation.Color, 0.2, 8)),
        (new(PolicyOperation.Solarize, 0.5, 2), new(PolicyOperation.Invert, 0)),
        (new(PolicyOperation.Equalize, 0.2), new(PolicyOperation.AutoContrast, 0.6)),
        (new(PolicyOperation.Equalize, 0.2), new(PolicyOperation.Equalize, 0.6)),
        (new(PolicyOperation.Color, 0.9, 9), new(PolicyOperation.Equalize, 0.6)),
        (new(PolicyOperation.AutoContrast, 0.8), new(PolicyOperation.Solarize, 0.2, 8)),
        (new(PolicyOperation.Brightness, 0.1, 3), new(PolicyOperation.Color, 0.7, 0)),
        (new(PolicyOperation.Solarize, 0.4, 5), new(PolicyOperation.AutoContrast, 0.9)),
        (new(PolicyOperation.TranslateY, 0.9, 9), new(PolicyOperation.TranslateY, 0.7, 9)),
        (new(PolicyOperation.AutoContrast, 0.9), new(PolicyOperation.Solarize, 0.8, 3)),
        (new(PolicyOperation.Equalize, 0.8), new(PolicyOperation.Invert, 0.1)),
        (new(PolicyOperation.TranslateY, 0.7, 9), new(PolicyOperation.AutoContrast, 0.9)),
    ];

    /// <summary>Returns a pair of a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="pair">0 to 24.</param>
    public static (PolicyStep First, PolicyStep Second) At(AutoAugmentPolicy policy, int pair)
        => (policy == AutoAugmentPolicy.ImageNet ? ImageNet : Cifar10)[pair];
}

/// <summary>One step of a policy.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Probability">The probability that it is applied.</param>
/// <param name="Level">Its strength, 0 to 9; without meaning for operations that have none.</param>
internal readonly record struct PolicyStep(PolicyOperation Operation, double Probability, int Level = 0);

/// <summary>The operations of AutoAugment.</summary>
internal enum PolicyOperation
{
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Invert,
}
