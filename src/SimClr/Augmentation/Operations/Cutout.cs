namespace SimClr.Augmentation;

/// <summary>
/// Covers a square (DeVries and Taylor 2017): its center is any pixel of the view, so that part of it may lie outside.
/// The paper does not state its color; here it is mid-gray, the center of the range.
/// </summary>
internal static class Cutout
{
    private const float Gray = 0.5f;

    /// <summary>The part of a square that lies within the view.</summary>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="share">Side of the square as a share of the view's side.</param>
    /// <param name="y">Row of its center.</param>
    /// <param name="x">Column of its center.</param>
    public static Box Square(int size, double share, int y, int x)
    {
        int half = Math.Max(1, (int)Math.Round(size * share / 2));
        (int top, int left) = (Math.Max(0, y - half), Math.Max(0, x - half));
        return new Box(top, left, Math.Min(size, y + half) - top, Math.Min(size, x + half) - left);
    }

    /// <param name="planes">Red, green and blue planes of size · size values.</param>
    /// <param name="size">Side of the view in pixels.</param>
    /// <param name="box">The covered part.</param>
    public static void Apply(Span<float> planes, int size, Box box)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            for (int y = box.Top; y < box.Top + box.Height; y++)
            {
                planes.Slice((((channel * size) + y) * size) + box.Left, box.Width).Fill(Gray);
            }
        }
    }
}
