namespace SimClr.Augmentation;

/// <summary>Mirrors images left to right.</summary>
internal static class HorizontalFlip
{
    /// <param name="planes">Rows of <paramref name="width"/> floats.</param>
    /// <param name="width">Pixels per row.</param>
    public static void Apply(Span<float> planes, int width)
    {
        for (int start = 0; start < planes.Length; start += width)
        {
            planes.Slice(start, width).Reverse();
        }
    }
}
