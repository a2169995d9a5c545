namespace SimClr.Augmentation;

/// <summary>Inverts the values at or above a threshold, as torchvision does.</summary>
internal static class Solarize
{
    /// <param name="planes">Planes in [0, 1].</param>
    /// <param name="threshold">The threshold.</param>
    public static void Apply(Span<float> planes, float threshold)
    {
        foreach (ref float value in planes)
        {
            value = value >= threshold ? 1 - value : value;
        }
    }
}
