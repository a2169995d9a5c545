namespace SimClr.Augmentation;

/// <summary>Rotates a view counterclockwise by multiples of 90 degrees (Gidaris et al. 2018).</summary>
internal static class QuarterTurn
{
    /// <param name="planes">Planes of size · size values.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="turns">0 to 3.</param>
    /// <param name="scratch">Room for one plane.</param>
    public static void Apply(Span<float> planes, int size, int turns, Span<float> scratch)
    {
        int area = size * size;
        Span<float> source = scratch[..area];
        int last = size - 1;
        for (int start = 0; turns > 0 && start < planes.Length; start += area)
        {
            Span<float> plane = planes.Slice(start, area);
            plane.CopyTo(source);
            for (int y = 0; y < size; y++)
            {
                for (int x = 0; x < size; x++)
                {
                    (int row, int column) = turns switch
                    {
                        1 => (x, last - y),
                        2 => (last - y, last - x),
                        _ => (last - x, y),
                    };
                    plane[(y * size) + x] = source[(row * size) + column];
                }
            }
        }
    }
}
