namespace SimClr.Augmentation;

/// <summary>
/// AutoAugment (Cubuk et al. 2019): a random pair of steps from a policy that was searched for on labeled data. Levels
/// 0 to 9 divide the ranges of the operations evenly, and signs are random, as in torchvision. As there, the operations
/// work on bytes, geometric ones take the nearest pixel, and what they uncover is black.
/// </summary>
internal static class AutoAugment
{
    private const double MaxLevel = 9;
    private const double MaxShear = 0.3;
    private const double MaxShift = 150.0 / 331;
    private const double MaxDegrees = 30;
    private const double MaxFactor = 0.9;
    private const int MaxBitsRemoved = 4;

    /// <param name="planes">Red, green and blue planes in [0, 1].</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="draws">The pair and its draws.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(
        Span<float> planes, int size, AutoAugmentPolicy policy, AutoAugmentDraws draws, Span<float> scratch)
    {
        foreach (ref float value in planes)
        {
            value = Bytes.ToUnit(Bytes.FromUnit(value));
        }

        (PolicyStep first, PolicyStep second) = AutoAugmentPairs.At(policy, draws.Pair);
        if (draws.First)
        {
            Apply(planes, size, first, draws.FirstIsNegative, scratch);
        }

        if (draws.Second)
        {
            Apply(planes, size, second, draws.SecondIsNegative, scratch);
        }
    }

    /// <summary>Applies one step.</summary>
    /// <param name="planes">Red, green and blue planes of whole multiples of 1/255.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="step">The operation and its level.</param>
    /// <param name="isNegative">Whether the amount is negative, if it has a sign.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, int size, PolicyStep step, bool isNegative, Span<float> scratch)
    {
        double share = step.Level / MaxLevel;
        double signed = isNegative ? -share : share;
        double factor = 1 + (MaxFactor * signed);
        int shift = (int)(MaxShift * size * signed);
        switch (step.Operation)
        {
            case PolicyOperation.ShearX:
                AffineMap.Shear(0, MaxShear * signed).Apply(planes, size, scratch);
                break;
            case PolicyOperation.ShearY:
                AffineMap.Shear(MaxShear * signed, 0).Apply(planes, size, scratch);
                break;
            case PolicyOperation.TranslateX:
                AffineMap.Shift(0, shift).Apply(planes, size, scratch);
                break;
            case PolicyOperation.TranslateY:
                AffineMap.Shift(shift, 0).Apply(planes, size, scratch);
                break;
            case PolicyOperation.Rotate:
                AffineMap.Rotation(MaxDegrees * signed, size).Apply(planes, size, scratch);
                break;
            case PolicyOperation.Brightness:
                ByteColors.Brightness(planes, factor);
                break;
            case PolicyOperation.Color:
                ByteColors.Saturation(planes, factor);
                break;
            case PolicyOperation.Contrast:
                ByteColors.Contrast(planes, factor);
                break;
            case PolicyOperation.Sharpness:
                ByteColors.Sharpness(planes, size, factor, scratch);
                break;
            case PolicyOperation.Posterize:
                ByteColors.Posterize(planes, 8 - (int)Math.Round(MaxBitsRemoved * share));
                break;
            case PolicyOperation.Solarize:
                ByteColors.Solarize(planes, 255 * (1 - share));
                break;
            case PolicyOperation.AutoContrast:
                ByteColors.AutoContrast(planes);
                break;
            case PolicyOperation.Equalize:
                Equalize.Apply(planes);
                break;
            default:
                ByteColors.Solarize(planes, 0);
                break;
        }
    }
}
